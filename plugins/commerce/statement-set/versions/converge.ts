/** From what runs to what is wanted: looks, decides, acts, and leaves the history as it then is. */
import type { FlinkCluster } from "../../clients/flink-rest.ts";
import { retryUntilReachable } from "../../clients/unreachable.ts";
import { cancel, messageOf } from "../job.ts";
import { checkSinks } from "../sinks.ts";
import { adopt } from "./adopt.ts";
import { type Action, decide } from "./decide.ts";
import { currentVersion } from "./history.ts";
import { cancelUnexpected, launchFrom, liveJobs } from "./launch.ts";
import { recover, replay } from "./replay.ts";
import { resume, startWithoutState } from "./resume.ts";
import { type Run, wantedOf } from "./run.ts";
import { stop } from "./stop.ts";

export const PATIENCE_SECONDS = 60;

/** @returns the id of the job that runs now, if one is to */
export async function converge(run: Run): Promise<string | undefined> {
  const { cluster, store, news } = run;
  await retryUntilReachable(PATIENCE_SECONDS, () => cancelShadows(cluster, news.name));
  await recover(run);
  let jobId = await step(run);
  // A change came first; now its rows are mended.
  if (jobId !== undefined && store.history.needsReplay && currentVersion(store.history))
    jobId = await step(run);
  const { savepointTrigger, replayTrigger } = news;
  const handled =
    jobId === undefined
      ? { ...store.history.handled, savepointTrigger }
      : { savepointTrigger, replayTrigger };
  await store.save({ ...store.history, handled, columns: news.columns });
  if (jobId !== undefined) await store.deleteCheckpointsBut(jobId);
  await store.expire(news.savepointsKept);
  return jobId;
}

async function cancelShadows(cluster: FlinkCluster, name: string): Promise<void> {
  for (const { id, shadow } of await liveJobs(cluster, name)) if (shadow) await cancel(cluster, id);
}

async function step(run: Run): Promise<string | undefined> {
  const { cluster, store, news, progress } = run;
  const live = await liveJobs(cluster, news.name);
  const { action, unexpected, hasStaleRows } = decide(wantedOf(run), live, store.history);
  // Written down before the evidence goes.
  if (hasStaleRows) await store.save({ ...store.history, needsReplay: true, columns: news.columns });
  await cancelUnexpected(cluster, unexpected, progress);
  const known = store.history.versions.length;
  try {
    return await act(run, action);
  } catch (error) {
    const refused = store.history.versions.length === known;
    if (!refused || action.kind === "pause" || action.kind === "adopt" || action.job) throw error;
    const before = currentVersion(store.history);
    if (!before || before.hash === run.hash) throw error;
    // Nothing ran, and what was to run cannot: the version before is better than none.
    await launchFrom(run, { version: before, healthSeconds: 0 }, await store.restorePoints(before));
    throw new Error(`${messageOf(error)} Until then version ${before.version} runs.`, { cause: error });
  }
}

async function act(run: Run, action: Action): Promise<string | undefined> {
  if (action.kind === "pause") {
    if (action.job) await stop(run, action.job);
    return undefined;
  }
  if (action.kind === "adopt") return adopt(run, action);
  await checkSinks(run.news.files, run.news.catalogue, run.connectPostgres);
  if (action.kind === "replay") return replay(run, action);
  if (action.kind === "resume") return resume(run, action.before, action.job);
  return startWithoutState(run, currentVersion(run.store.history), action.job);
}
