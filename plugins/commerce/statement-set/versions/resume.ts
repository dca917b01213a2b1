/** The wanted version takes over the state of the one before; if it does not come to run, the one before goes on. */

import type { StatementSetInputs } from "../diff.ts";
import { cancel, messageOf } from "../job.ts";
import type { Verdict } from "../plan/compare.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { describeVerdict } from "../plan/describe.ts";
import { compareWith, compile } from "./compile.ts";
import type { LiveJob } from "./decide.ts";
import { begin, type Version } from "./history.ts";
import { cancelOthers, launch, launchFrom } from "./launch.ts";
import type { Run } from "./run.ts";
import { stop } from "./stop.ts";

const WAY_OUT =
  'Set upgradePolicy to "replay" to compute the tables anew from the topic, while readers go on seeing the old ones, ' +
  'or to "stateless" to start over in place.';

/** @throws Error that says which tables cannot be carried over, why, and what to do */
export function refuseLoss(verdict: Verdict | undefined): asserts verdict is Verdict {
  if (!verdict)
    throw new Error(`It is not known which state of the running job belongs to which operator. ${WAY_OUT}`);
  if (verdict.kind === "all") return;
  throw new Error(
    `The changed statements cannot go on from the job's state, so nothing was changed:\n` +
      `${describeVerdict(verdict)
        .map((line) => `  - ${line}\n`)
        .join("")}${WAY_OUT}`,
  );
}

/** A job that no version is known of cannot be carried over. */
export function refuseUnknown(
  { upgradePolicy }: Pick<StatementSetInputs, "upgradePolicy">,
  before: Version | undefined,
  job: LiveJob | undefined,
): void {
  if (job && !before && upgradePolicy === "resume") refuseLoss(undefined);
}

/** @returns the job's id */
export async function resume(run: Run, before: Version, job: LiveJob | undefined): Promise<string> {
  const { store, hash, news } = run;
  if (before.hash === hash) {
    // The same again: it was paused, or was lost with its cluster.
    return launchFrom(run, { version: before, healthSeconds: 0 }, await stopForUpgrade(run, before, job));
  }
  const after = await compile(run.gateway, store, news);
  const verdict = await compareWith(store, before, after);
  refuseLoss(verdict);
  const version = await beginVersion(run, verdict.plan, "starting");
  const points = await stopForUpgrade(run, before, job);
  const { dropsState } = verdict;
  const jobId = await withRollback(run, before, version, points, () =>
    launchFrom(run, { version, dropsState, healthSeconds: news.healthSeconds }, points),
  );
  await store.promote(version.version);
  return jobId;
}

/**
 * Starts without state; what there was of it stays in its last savepoint.
 *
 * @returns the job's id
 */
export async function startWithoutState(
  run: Run,
  before: Version | undefined,
  job: LiveJob | undefined,
): Promise<string> {
  const { store, news } = run;
  refuseUnknown(news, before, job);
  const version = await beginVersion(run, await compile(run.gateway, store, news), "starting");
  const start = (healthSeconds: number) => launch(run, { version, healthSeconds });
  // Until it has caught up, and for good if it fails.
  if (before) await store.save({ ...store.history, needsReplay: true });
  if (!before && job) await stop(run, job);
  const jobId = before
    ? await withRollback(run, before, version, await stopForUpgrade(run, before, job), () =>
        start(news.healthSeconds),
      )
    : await recordFailure(run, version, () => start(0));
  await store.promote(version.version, true);
  return jobId;
}

/**
 * Ends the job that runs.
 *
 * @returns where the version before can go on from, the newest first
 */
export async function stopForUpgrade(run: Run, before: Version, job: LiveJob | undefined): Promise<string[]> {
  if (job?.version === before.version) return stop(run, job);
  // Left by a run that was killed: its state is laid out by the plan of another version.
  if (job) await cancel(run.cluster, job.id, run.progress.signal);
  return run.store.restorePoints(before);
}

/** Puts the version into the history before anything is done for it: a run that is killed leaves no unknown job. */
export async function beginVersion(
  run: Run,
  plan: CompiledPlan,
  outcome: "starting" | "replaying",
): Promise<Version> {
  const { store, news, hash } = run;
  const { settings, replayTrigger } = news;
  const trigger = outcome === "replaying" && { replayTrigger };
  const [history, version] = begin(store.history, { hash, settings, outcome, ...trigger }, new Date());
  await store.savePlan(version.version, plan);
  await store.save(history);
  return version;
}

/** A version that does not come to run has failed, for a reason that the history keeps. */
async function recordFailure<T>({ store }: Run, version: Version, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await store.change(version.version, () => ({ outcome: "failed", reason: messageOf(error) }));
    throw error;
  }
}

/** As `recordFailure`, and the version before goes on from where it stopped. */
export async function withRollback<T>(
  run: Run,
  before: Version,
  next: Version,
  points: readonly string[],
  start: () => Promise<T>,
): Promise<T> {
  const { cluster, news, progress } = run;
  try {
    return await recordFailure(run, next, start);
  } catch (error) {
    const known = messageOf(error);
    progress.log(
      "warning",
      `job ${news.name}: version ${next.version} does not run; ${before.version} goes on`,
    );
    // Also after Ctrl-C: nothing must be left without a job.
    const calm: Run = { ...run, progress: { ...progress, signal: new AbortController().signal } };
    try {
      await cancelOthers(cluster, news.name, undefined, calm.progress);
      await launchFrom(calm, { version: before, healthSeconds: 0 }, points);
    } catch (second) {
      const state = points[0] ? ` Its state is kept in ${points[0]}.` : "";
      throw new Error(`${known} Nor did the version before: ${messageOf(second)}${state}`, { cause: error });
    }
    throw new Error(`${known} The version before runs again, from where it stopped.`, { cause: error });
  }
}
