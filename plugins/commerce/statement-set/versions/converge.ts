/** Brings the job from what runs to what is wanted: observe, decide, act, record. */
import { REACHABLE_TIMEOUT_SECONDS, retryUntilReachable } from "../../clients/unreachable.ts";
import { cancel, messageOf } from "../job.ts";
import { checkSinks } from "../sinks.ts";
import { adopt } from "./adopt.ts";
import { carryOver } from "./carry-over.ts";
import { compile } from "./compile.ts";
import { type Action, decide } from "./decide.ts";
import { currentVersion } from "./history.ts";
import { launchFrom } from "./launch.ts";
import { newLedger } from "./ledger.ts";
import { cancelUnexpected, liveJobs } from "./live-jobs.ts";
import { LossRefused, refuseOtherTopic } from "./loss.ts";
import { recover, replay } from "./replay.ts";
import { resume, startWithoutState } from "./resume.ts";
import type { Run } from "./run.ts";
import { topicIdOf } from "./source.ts";
import { stop } from "./stop.ts";
import { wantedOf } from "./wanted.ts";

/** @returns the id of the job that runs now; undefined while paused */
export async function converge(run: Run): Promise<string | undefined> {
  const { store, news, progress } = run;
  await retryUntilReachable(REACHABLE_TIMEOUT_SECONDS, () => cancelShadows(run), progress.signal);
  await recover(run);
  await recordTopic(run);
  let jobId = await step(run);
  // The first step made the change. The second one replays the rows that are stale.
  if (jobId !== undefined && store.history.needsReplay && currentVersion(store.history))
    jobId = await step(run);
  const { savepointTrigger, replayTrigger } = news;
  const handled =
    jobId === undefined
      ? { ...store.history.handled, savepointTrigger }
      : { savepointTrigger, replayTrigger };
  await store.save({ ...store.history, handled, columns: news.columns });
  if (jobId !== undefined) await store.deleteCheckpointsExcept(jobId);
  await store.expire(news.savepointsKept);
  return jobId;
}

/** Stacks that are older than the ledger get one: their versions have read the topic that exists now. */
async function recordTopic(run: Run): Promise<void> {
  const { store, news } = run;
  const isKnown = store.history.versions.every(({ ledger }) => ledger !== undefined);
  if (isKnown || news.desiredState === "paused") return;
  const topicId = await topicIdOf(run);
  if (topicId === undefined) return;
  const versions = store.history.versions.map((version) => ({ ledger: newLedger(topicId, []), ...version }));
  await store.save({ ...store.history, versions });
}

async function cancelShadows({ cluster, news, progress: { signal } }: Run): Promise<void> {
  for (const { id, isShadow } of await liveJobs(cluster, news.name, signal))
    if (isShadow) await cancel(cluster, id, signal);
}

async function step(run: Run): Promise<string | undefined> {
  const { cluster, store, news, progress } = run;
  const wanted = await wantedOf(run);
  const { action, unexpected, hasStaleRows } = decide(
    wanted,
    await liveJobs(cluster, news.name, progress.signal),
    store.history,
  );
  // Recorded before the jobs that prove it are cancelled.
  if (hasStaleRows) await store.save({ ...store.history, needsReplay: true, columns: news.columns });
  await cancelUnexpected(cluster, unexpected, progress);
  const known = store.history.versions.length;
  try {
    return await act(run, action);
  } catch (error) {
    const isRefused = store.history.versions.length === known;
    if (!isRefused || action.kind === "pause" || action.kind === "adopt" || action.job) throw error;
    // The previous version cannot start either until the user has decided.
    if (error instanceof LossRefused) throw error;
    const before = currentVersion(store.history);
    if (!before || before.hash === run.hash) throw error;
    // No job runs and the wanted one cannot: the previous version is better than none.
    await launchFrom(run, { version: before, healthSeconds: 0 }, await store.restorePoints(before));
    throw new Error(`${messageOf(error)} Version ${before.version} runs again.`, { cause: error });
  }
}

async function act(run: Run, action: Action): Promise<string | undefined> {
  if (action.kind === "pause") {
    if (action.job) await stop(run, action.job);
    return undefined;
  }
  if (action.kind === "adopt") return adopt(run, action);
  if (action.kind === "carryOver") refuseOtherTopic(run.news, action.before, await topicIdOf(run));
  await checkSinksOf(run, action);
  if (action.kind === "replay") return replay(run, action);
  if (action.kind === "carryOver") return carryOver(run, action.before, action.job);
  if (action.kind === "resume") return resume(run, action.before, action.job);
  return startWithoutState(run, currentVersion(run.store.history), action.job);
}

/** Checks the plan that the action is going to submit, before anything is changed. */
async function checkSinksOf(run: Run, action: Action): Promise<void> {
  const { store, script, news, hash, connectPostgres, progress } = run;
  const isSameAgain = action.kind === "resume" && action.before.hash === hash;
  const known = isSameAgain ? await store.plan(action.before.version) : undefined;
  const plan = known ?? (await compile(run));
  await checkSinks(plan, script, news.sinkDatabase, connectPostgres, progress.signal);
}
