/**
 * Starts the wanted version from the state of the previous one. If it is not healthy, the previous one is restored.
 */
import type { StatementSetInputs } from "../diff.ts";
import { cancel, messageOf } from "../job.ts";
import type { Verdict } from "../plan/compare.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { describeVerdict } from "../plan/describe.ts";
import { sinkTables } from "../plan/postgres-sinks.ts";
import { emptyTables } from "../replay/earlier-topic.ts";
import { compile } from "./compile.ts";
import type { LiveJob } from "./decide.ts";
import { recordEarlierEvents } from "./events-read.ts";
import { addVersion, currentVersion, type Version } from "./history.ts";
import { launch, launchFrom } from "./launch.ts";
import { isOtherTopic } from "./ledger.ts";
import { cancelOthers } from "./live-jobs.ts";
import { LossRefused } from "./loss.ts";
import { type Run, uninterrupted } from "./run.ts";
import { withSinkDatabase } from "./sink-database.ts";
import { expiredEvents, ledgerOfStart, topicIdOf } from "./source.ts";
import { stop } from "./stop.ts";
import { judge } from "./verdict.ts";

const REMEDY =
  'Set upgradePolicy to "replay" to rebuild the tables from the topic while readers still see the old rows, ' +
  'or to "stateless" to rebuild them in place, where rows that the new statements no longer write stay.';

/** @throws Error that says which tables lose their state, why, and what to do */
export function refuseLoss(verdict: Verdict | undefined): asserts verdict is Verdict {
  if (!verdict)
    throw new Error(
      `The plan of the running job is unknown, so its state cannot be matched with operators. ${REMEDY}`,
    );
  if (verdict.kind === "all") return;
  throw new Error(
    `The changed statements cannot go on from the job's state and the tables' rows, so nothing was changed:\n` +
      `${describeVerdict(verdict)
        .map((line) => `  - ${line}\n`)
        .join("")}${REMEDY}`,
  );
}

/** The state of a job whose version is unknown cannot be carried over. */
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
    // The same version: its job was paused, or lost with its cluster.
    const points = await stopForUpgrade(run, before, job);
    try {
      return await launchFrom(run, { version: before, healthSeconds: 0 }, points);
    } catch (error) {
      if (!(error instanceof LossRefused) || news.upgradePolicy !== "stateless") throw error;
      return startWithoutState(run, before, undefined);
    }
  }
  const verdict = await judge(run, before, await compile(run));
  refuseLoss(verdict);
  const version = await beginVersion(run, verdict.plan, "starting");
  const points = await stopForUpgrade(run, before, job);
  const { dropsState } = verdict;
  const jobId = await withRollback(run, before, version, points, async () => {
    await recordEarlierEvents(run, verdict);
    return launchFrom(run, { version, dropsState, healthSeconds: news.healthSeconds }, points);
  });
  await store.promote(version.version);
  return jobId;
}

/**
 * Starts without state. The old state stays in the last savepoint.
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
  const plan = await compile(run);
  const isIncomplete = before !== undefined && (await hasOtherEvents(run, before));
  const version = await beginVersion(run, plan, "starting", await ledgerOfStart(run));
  const start = async (healthSeconds: number) => {
    if (isIncomplete) await emptySinks(run, plan);
    return launch(run, { version, healthSeconds });
  };
  // The rows are partial until the job has caught up, and stay so if it fails.
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

/** Whether the tables have rows of events that the topic does not have. */
async function hasOtherEvents(run: Run, before: Version): Promise<boolean> {
  return isOtherTopic(before, await topicIdOf(run)) || (await expiredEvents(run)) > 0n;
}

/** Rows of events that are not in the topic would stay beside sums that do not count them. */
function emptySinks(run: Run, plan: CompiledPlan): Promise<void> {
  return withSinkDatabase(run, async (database) => {
    const copies = await emptyTables(database, sinkTables(plan));
    if (copies.length > 0)
      run.progress.log("warning", `the tables were emptied; copies are kept as ${copies.join(", ")}`);
  });
}

/**
 * Stops the running job.
 *
 * @returns the restore points of the previous version, the newest first
 */
export async function stopForUpgrade(run: Run, before: Version, job: LiveJob | undefined): Promise<string[]> {
  if (job?.version === before.version) return stop(run, job);
  // A killed run left it. Its state has the layout of another version's plan.
  if (job) await cancel(run.cluster, job.id, run.progress.signal);
  return run.store.restorePoints(before);
}

/** Records the version before anything is done for it, so that a killed run leaves no unknown job. */
export async function beginVersion(
  run: Run,
  plan: CompiledPlan,
  outcome: "starting" | "replaying",
  ledger = currentVersion(run.store.history)?.ledger,
): Promise<Version> {
  const { store, news, hash } = run;
  const { settings, replayTrigger } = news;
  const trigger = outcome === "replaying" && { replayTrigger };
  const [history, version] = addVersion(
    store.history,
    { hash, settings, outcome, ledger, ...trigger },
    new Date(),
  );
  await store.savePlan(version.version, plan);
  await store.save(history);
  return version;
}

/** Runs `start`. If it fails, the version is recorded as failed, with the reason. */
async function recordFailure<T>({ store }: Run, version: Version, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await store.change(version.version, () => ({ outcome: "failed", reason: messageOf(error) }));
    throw error;
  }
}

/** As `recordFailure`; if `start` fails, the previous version runs again from where it stopped. */
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
    // The previous version would lose the same events. The user decides.
    if (error instanceof LossRefused) throw error;
    const reason = messageOf(error);
    progress.log(
      "warning",
      `job ${news.name}: version ${next.version} is not healthy; rolling back to version ${before.version}`,
    );
    const rollback: Run = { ...run, progress: uninterrupted(progress) };
    try {
      await cancelOthers(cluster, news.name, undefined, rollback.progress);
      await launchFrom(rollback, { version: before, healthSeconds: 0 }, points);
    } catch (second) {
      const state = points[0] ? ` Its state is kept in ${points[0]}.` : "";
      throw new Error(`${reason} The previous version does not start either: ${messageOf(second)}${state}`, {
        cause: error,
      });
    }
    throw new Error(`${reason} The previous version runs again, from where it stopped.`, { cause: error });
  }
}
