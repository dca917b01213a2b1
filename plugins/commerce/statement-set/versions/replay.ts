/**
 * Rebuilds every table while readers still see the old rows: the job fills shadow tables until it has caught up with
 * the topic, one transaction swaps the rows, and the job resumes on the real tables.
 */
import { REACHABLE_TIMEOUT_SECONDS } from "../../clients/unreachable.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { withSinkSchema, withSourceGroup } from "../plan/edit.ts";
import { sinkTables } from "../plan/postgres-sinks.ts";
import { SHADOW_SCHEMA, type ShadowTables, shadowTables } from "../replay/shadow-tables.ts";
import { adopt } from "./adopt.ts";
import { untilCaughtUp } from "./catch-up.ts";
import { compile } from "./compile.ts";
import type { Action } from "./decide.ts";
import { INTERRUPTED, type Version, versionOf } from "./history.ts";
import { launch, launchFrom } from "./launch.ts";
import { cancelOthers, liveJobs } from "./live-jobs.ts";
import { lossOf, refuseLostEvents } from "./loss.ts";
import { savepointBefore } from "./restore-points.ts";
import { beginVersion, resume, stopForUpgrade, withRollback } from "./resume.ts";
import { type Run, uninterrupted } from "./run.ts";
import { expiredEvents, ledgerOfStart, refuseExpired } from "./source.ts";
import { stop } from "./stop.ts";
import { judge } from "./verdict.ts";

type ReplayAction = Action & { kind: "replay" };

/** @returns the job's id */
export async function replay(run: Run, action: ReplayAction): Promise<string> {
  const { before, job, isRepair } = action;
  const { store } = run;
  const after = await compile(run);
  const start = isRepair ? { plan: after } : await startingPoint(run, before, after);
  const { plan, from } = start;
  const expired = from === undefined ? await expiredEvents(run) : 0n;
  if (expired > 0n) return giveUp(run, action, expired);

  const ledger = from === undefined ? await ledgerOfStart(run) : before.ledger;
  const version = await beginVersion(run, plan, "replaying", ledger);
  const group = `${run.news.source.consumerGroup}-replay-${version.version}`;
  const shadowPlan = withSourceGroup(withSinkSchema(plan, SHADOW_SCHEMA), group);
  await store.savePlan(version.version, shadowPlan, "shadow");
  const points = await stopForUpgrade(run, before, job);
  await withRollback(run, before, version, points, () => fillAndSwap(run, version, start, group));
  // From here on the new version is current. What fails now is tried again by the next run, never rolled back.
  await store.promote(version.version, from === undefined);
  return launchFrom(run, { version, healthSeconds: 0 }, await store.restorePoints(version));
}

/** A replay cannot count expired events. One that a user asked for is refused; a repair is skipped with a warning. */
async function giveUp(run: Run, { before, job, isRepair }: ReplayAction, expired: bigint): Promise<string> {
  const { store, news, progress } = run;
  // Recorded as handled, so that it does not fail every later run.
  const handled = { ...store.history.handled, replayTrigger: news.replayTrigger };
  await store.save({ ...store.history, handled, needsReplay: false });
  if (!isRepair) refuseExpired(news, expired);
  progress.log(
    "warning",
    `topic ${news.source.topic} no longer has ${expired} events that the tables count: lost rows cannot be recomputed`,
  );
  const isOwn = job?.hash === run.hash;
  return isOwn ? adopt(run, { kind: "adopt", job, wantsSavepoint: false }) : resume(run, before, job);
}

async function fillAndSwap(
  run: Run,
  version: Version,
  { plan, from, dropsState }: StartingPoint,
  group: string,
): Promise<void> {
  const { cluster, store, news, progress } = run;
  const tables = sinkTables(plan);
  await withShadowTables(run, async (shadow) => {
    try {
      await shadow.prepare(tables, { copy: from !== undefined });
      const jobId = await launch(run, { version, from, dropsState, isShadow: true, healthSeconds: 0 });
      await untilCaughtUp(run, jobId, group);
      const job = (await liveJobs(cluster, news.name, progress.signal)).find(({ id }) => id === jobId);
      if (!job) throw new Error(`Job ${news.name} (${jobId}) ended before its rows were swapped in`);
      await stop(run, job);
      await store.change(version.version, () => ({ outcome: "swapping" }));
      progress.status(`swapping the rows of ${tables.length} tables`);
      await shadow.swap(tables);
    } catch (error) {
      const { outcome } = versionOf(store.history, version.version) ?? version;
      // The connection was lost after the commit: the rows have been swapped.
      if (outcome === "swapping" && !(await shadow.exist())) return;
      // Otherwise the next run would take the missing shadow tables for a completed swap.
      await store.change(version.version, () => ({ outcome: "replaying" }));
      await cancelOthers(cluster, news.name, undefined, uninterrupted(progress)).finally(shadow.drop);
      throw error;
    }
  });
}

/** Ends what a killed run left: a replay that had not caught up is dropped, one that was about to swap is completed. */
export async function recover(run: Run): Promise<void> {
  const { store } = run;
  await store.adoptSavepoints();
  for (const version of store.history.versions) {
    if (version.outcome === "replaying") {
      await withShadowTables(run, (shadow) => shadow.drop());
      await store.change(version.version, () => ({ outcome: "failed", reason: INTERRUPTED }));
    }
    if (version.outcome === "swapping") {
      const plan = await store.plan(version.version);
      await withShadowTables(run, async (shadow) => {
        if (plan && (await shadow.exist())) await shadow.swap(sinkTables(plan));
      });
      await store.promote(version.version);
    }
  }
}

interface StartingPoint {
  plan: CompiledPlan;
  /** A savepoint; undefined for the beginning of the topic. */
  from?: string;
  dropsState?: boolean;
}

/** The newest savepoint before `replayFrom`, or the beginning. */
async function startingPoint(run: Run, before: Version, after: CompiledPlan): Promise<StartingPoint> {
  const { store, news, progress } = run;
  if (news.replayFrom === "beginning") return { plan: after };
  const found = savepointBefore(store.history, new Date(news.replayFrom));
  const verdict = found && (await judge(run, found.version, after));
  // Rows from before that time are copied, so the current statements must compute the same.
  const current = await judge(run, before, after);
  if (!found || verdict?.kind !== "all" || current?.kind !== "all") {
    const reason = found ? `that of ${found.savepoint.at} does not fit these statements` : "there is none";
    progress.log(
      "warning",
      `no savepoint from before ${news.replayFrom} to go back to: ${reason}. Starting from the beginning.`,
    );
    return { plan: after };
  }
  const loss = await lossOf(run, found.version.ledger, found.savepoint.path);
  if (loss) refuseLostEvents(news, loss);
  progress.log("info", `going back to the savepoint of ${found.savepoint.at}`);
  return { plan: verdict.plan, from: found.savepoint.path, dropsState: verdict.dropsState };
}

async function withShadowTables<T>(run: Run, use: (shadow: ShadowTables) => Promise<T>): Promise<T> {
  const { sinkDatabase } = run.news;
  const { signal } = run.progress;
  if (!sinkDatabase) throw new Error("A replay needs the database of the sinks: set the input sinkDatabase");
  const database = await run.connectPostgres(sinkDatabase, REACHABLE_TIMEOUT_SECONDS, { signal });
  try {
    return await use(shadowTables(database));
  } finally {
    await database.close();
  }
}
