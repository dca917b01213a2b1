/**
 * Every table computed anew, while readers go on seeing the old ones: the job fills shadow tables until it has caught
 * up with the topic, then the rows change places in one transaction, and it goes on into the real tables.
 */

import type { PartitionOffsets } from "../../clients/kafka-admin.ts";
import { waitFor } from "../../clients/wait.ts";
import { lag } from "../../topic/offsets.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { sinkTables, withSinkSchema, withSourceGroup } from "../plan/edit.ts";
import { SHADOW_SCHEMA, type ShadowTables, shadowTables } from "../replay/shadow-tables.ts";
import { adopt } from "./adopt.ts";
import { compareWith, compile } from "./compile.ts";
import type { Action } from "./decide.ts";
import { INTERRUPTED, savepointBefore, type Version, versionOf } from "./history.ts";
import { cancelOthers, launch, launchFrom, liveJobs } from "./launch.ts";
import { beginVersion, resume, stopForUpgrade, withRollback } from "./resume.ts";
import type { Run } from "./run.ts";
import { expiredEvents, refuseExpired, withKafka } from "./source.ts";
import { stop } from "./stop.ts";

const PATIENCE_SECONDS = 60;
/** A year of events takes its time; every look says how far it is. */
const CATCH_UP_TIMEOUT_SECONDS = 24 * 3600;
const LOOK_MS = 2_000;
/** A goal of so long ago is as good as the topic's end. */
const FRESH_MS = 30_000;
/** For so long a partition without events holds up the minutes of all (`scan.watermark.idle-timeout`, and a little). */
const IDLE_MS = 12_000;

/** @returns the job's id */
export async function replay(
  run: Run,
  { before, job, isRepair }: Action & { kind: "replay" },
): Promise<string> {
  const { store, news } = run;
  const after = await compile(run.gateway, store, news);
  const { plan, from, dropsState } = isRepair ? { plan: after } : await startingPoint(run, before, after);
  const gone = from === undefined ? await expiredEvents(run) : 0n;
  if (gone > 0n) {
    // Acted upon, so that it does not stop every run from now on.
    const { replayTrigger } = news;
    await store.save({
      ...store.history,
      handled: { ...store.history.handled, replayTrigger },
      needsReplay: false,
    });
    if (!isRepair) refuseExpired(news, gone);
    run.progress.log(
      "warning",
      `topic ${news.source.topic} no longer has its first ${gone} events: rows that were lost cannot be computed anew`,
    );
    const isOwn = job?.hash === run.hash;
    return isOwn ? adopt(run, { kind: "adopt", job, savepoint: false }) : resume(run, before, job);
  }
  const version = await beginVersion(run, plan, "replaying");
  const group = `${news.source.consumerGroup}-replay-${version.version}`;
  await store.savePlan(
    version.version,
    withSourceGroup(withSinkSchema(plan, SHADOW_SCHEMA), group),
    "shadow",
  );
  const tables = sinkTables(plan);
  const points = await stopForUpgrade(run, before, job);
  await withRollback(run, before, version, points, () =>
    withShadowTables(run, async (shadow) => {
      try {
        await shadow.prepare(tables, { copy: from !== undefined });
        const filling = await launch(run, { version, from, dropsState, shadow: true, healthSeconds: 0 });
        await untilCaughtUp(run, filling, group);
        const job = (await liveJobs(run.cluster, news.name)).find(({ id }) => id === filling);
        if (!job) throw new Error(`Job ${news.name} (${filling}) ended before its rows were taken over`);
        await stop(run, job);
        await store.change(version.version, () => ({ outcome: "swapping" }));
        run.progress.status(`the new rows take the place of the old ones in ${tables.length} tables`);
        await shadow.swap(tables);
      } catch (error) {
        const { outcome } = versionOf(store.history, version.version) ?? version;
        // The answer to the commit was lost, but not the commit.
        if (outcome === "swapping" && !(await shadow.exist())) return;
        // Else the tables' absence would tell the next run that their rows have been taken over.
        await store.change(version.version, () => ({ outcome: "replaying" }));
        await cancelOthers(run.cluster, news.name, undefined, run.progress).finally(shadow.drop);
        throw error;
      }
    }),
  );
  // From here on the new version is the right one: whatever fails now is tried again by the next run, never undone.
  await store.promote(version.version, from === undefined);
  return launchFrom(run, { version, healthSeconds: 0 }, await store.restorePoints(version));
}

/**
 * What a killed run has left: a replay that had not caught up is given up, one whose rows were about to change places
 * is brought to its end.
 */
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
  from?: string;
  dropsState?: boolean;
}

/** The newest savepoint before the time that is asked for, or none: the beginning. */
async function startingPoint(run: Run, before: Version, after: CompiledPlan): Promise<StartingPoint> {
  const { store, news, progress } = run;
  if (news.replayFrom === "beginning") return { plan: after };
  const found = savepointBefore(store.history, new Date(news.replayFrom));
  const verdict = found && (await compareWith(store, found.version, after));
  // Rows of before that time are copied: they must be answers to the same question.
  const current = await compareWith(store, before, after);
  if (!found || verdict?.kind !== "all" || current?.kind !== "all") {
    const why = found ? `that of ${found.savepoint.at} does not fit these statements` : "there is none";
    progress.log(
      "warning",
      `no savepoint from before ${news.replayFrom} to go back to: ${why}. From the beginning.`,
    );
    return { plan: after };
  }
  progress.log("info", `going back to the savepoint of ${found.savepoint.at}`);
  return { plan: verdict.plan, from: found.savepoint.path, dropsState: verdict.dropsState };
}

/** Until the source has read what was there a moment ago, and quiet partitions no longer hold up the minutes. */
async function untilCaughtUp(run: Run, jobId: string, group: string): Promise<void> {
  const { cluster, news, progress } = run;
  const { topic } = news.source;
  const forgiven = (await cluster.failures(jobId))[0]?.at ?? 0;
  const started = performance.now();
  let goal: { offsets: PartitionOffsets[]; at: number } | undefined;
  await withKafka(run, (kafka) =>
    waitFor({
      what: `job ${news.name} to catch up with topic ${topic}`,
      timeoutSeconds: CATCH_UP_TIMEOUT_SECONDS,
      intervalMs: LOOK_MS,
      signal: progress.signal,
      probe: async () => {
        const [failure] = await cluster.failures(jobId);
        if (failure && failure.at > forgiven)
          throw new Error(`Job ${news.name} failed while it caught up: ${failure.message}`);
        const now = performance.now();
        const offsets = await kafka.offsets(topic);
        const committed = await kafka.committed(group, topic);
        progress.status(`replaying: ${lag(offsets, committed)} events to go`);
        const isReached = goal !== undefined && lag(goal.offsets, committed) === 0n;
        if (goal && isReached && now - goal.at < FRESH_MS && now - started > IDLE_MS) return true;
        // A goal that is reached late is followed by a nearer one; one that is not reached yet stays.
        if (!goal || isReached) goal = { offsets, at: now };
        // The group's offsets are committed with each checkpoint.
        await cluster.triggerCheckpoint(jobId);
        return undefined;
      },
    }),
  );
}

async function withShadowTables<T>(run: Run, use: (shadow: ShadowTables) => Promise<T>): Promise<T> {
  const { catalogue } = run.news;
  if (!catalogue) throw new Error("A replay needs the database of the sinks: it is not known (catalogue)");
  const database = await run.connectPostgres(catalogue, PATIENCE_SECONDS);
  try {
    return await use(shadowTables(database));
  } finally {
    await database.close();
  }
}
