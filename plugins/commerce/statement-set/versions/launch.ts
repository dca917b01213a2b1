/** Submits a version's plan as a job and watches the job until it is healthy. */
import { cancel, messageOf, untilHealthy } from "../job.ts";
import { sourceGroups, withoutOffsetReset } from "../plan/edit.ts";
import { withReadableNames } from "../plan/operator-names.ts";
import { isStateGone } from "../restore-error.ts";
import { forgetEarlierEvents } from "./events-read.ts";
import type { Version } from "./history.ts";
import { isOtherTopic } from "./ledger.ts";
import { cancelOthers, jobParameters, liveJobs } from "./live-jobs.ts";
import { LossRefused, lossOf, otherTopic, recordSkipped, refuseLostEvents } from "./loss.ts";
import type { Run } from "./run.ts";
import { expiredEvents, topicIdOf, withKafka } from "./source.ts";
import { stop } from "./stop.ts";

interface Launch {
  /** Its plan is in the store. */
  version: Version;
  /** The savepoint or checkpoint to start from. */
  from?: string;
  /** Leave state behind that no operator of the plan claims. */
  dropsState?: boolean;
  /** Read the topic from its beginning: the plan's sources do not claim the offsets in the state. */
  restartsSources?: boolean;
  /** Begin at the oldest event of a partition where the job's own offset has expired. */
  skipsExpired?: boolean;
  /** Write to shadow tables, by the plan that was saved for them. */
  isShadow?: boolean;
  /** Seconds that it must run without a failure; 0 where there is nothing to fall back on. */
  healthSeconds: number;
}

/**
 * Submits the version and waits until the job is healthy. A job that does not get there is cancelled, so that it
 * does not retry unnoticed.
 *
 * @returns the job's id
 * @throws StartFailed with the job's root cause
 */
export async function launch(run: Run, start: Launch): Promise<string> {
  const { cluster, news, progress } = run;
  const jobId = await submit(run, start);
  await run.store.addJob(start.version.version, jobId);
  let others = 0;
  try {
    // A killed run may have left a statement in the gateway that becomes a job only now, and takes this job's slots.
    const beforeEachLook = async () => {
      others += await cancelOthers(cluster, news.name, jobId, progress);
    };
    await untilHealthy(
      cluster,
      jobId,
      { ...news, healthSeconds: start.healthSeconds },
      progress,
      beforeEachLook,
    );
  } catch (error) {
    await cancel(cluster, jobId).catch((failure: unknown) => progress.log("warning", messageOf(failure)));
    throw error;
  }
  if (others === 0) {
    // Not before: if the job had not become healthy, the previous version would go on with its own count.
    if (start.from === undefined && !start.isShadow) await forgetEarlierEvents(run);
    return jobId;
  }
  // Two jobs wrote to the same rows, and the older sums may have come last. Starting again rewrites every such row.
  await cancel(cluster, jobId);
  return launch(run, start);
}

/**
 * Starts from the first of the restore points that still exists, else without state.
 *
 * @throws LossRefused if the start would skip events that have expired, use the offsets of another topic, or start
 *   without state from a topic that does not have all events that the tables count
 */
export async function launchFrom(run: Run, start: Launch, points: readonly string[]): Promise<string> {
  const { version } = start;
  const topicId = version.ledger && (await topicIdOf(run));
  if (isOtherTopic(version, topicId)) throw otherTopic(run.news, version, topicId);
  for (const from of points) {
    const loss = start.restartsSources ? undefined : await lossOf(run, version.ledger, from);
    if (loss) {
      refuseLostEvents(run.news, loss);
      await recordSkipped(run, version, loss);
    }
    try {
      return await (loss ? launchPastGap(run, { ...start, from }) : launch(run, { ...start, from }));
    } catch (error) {
      if (!isStateGone(error)) throw error;
      run.progress.log("warning", `job ${run.news.name}: ${from} no longer exists`);
    }
  }
  const expired = await expiredEvents(run);
  if (expired > 0n)
    throw new LossRefused(
      `Job ${run.news.name} was lost with its state, and topic ${run.news.source.topic} no longer has ${expired} events that the tables count: ` +
        `starting over would remove them from every table. Set upgradePolicy to "stateless" to accept that; ` +
        `a copy of each table is kept.`,
    );
  run.progress.log(
    "warning",
    `job ${run.news.name} was lost with its state: it starts again without state and rebuilds its tables`,
  );
  return launch(run, start);
}

/** Once it has passed the gap, the job starts again in a way that fails if an offset expires later. */
async function launchPastGap(run: Run, start: Launch): Promise<string> {
  const { cluster, news, progress } = run;
  const jobId = await launch(run, { ...start, skipsExpired: true });
  const job = (await liveJobs(cluster, news.name, progress.signal)).find(({ id }) => id === jobId);
  const [from] = job ? await stop(run, job) : [];
  return launch(run, { ...start, from: from ?? start.from, dropsState: false });
}

async function submit(run: Run, start: Launch): Promise<string> {
  const { version, from, dropsState, isShadow = false } = start;
  const { news, progress, store, gateway } = run;
  progress.status(`submitting version ${version.version} of job ${news.name}${from ? ` from ${from}` : ""}`);
  const options = {
    ...version.settings,
    "pipeline.name": news.name,
    "pipeline.global-job-parameters": jobParameters({ ...version, isShadow }),
    ...(from !== undefined && { "execution.state-recovery.path": from }),
    ...(dropsState && { "execution.state-recovery.ignore-unclaimed-state": "true" }),
  };
  await prepareSources(run, start);
  const { jobId } = await gateway.withSession(options, (session) =>
    session.execute(`EXECUTE PLAN '${store.fileOf(version.version, "submitted")}'`),
  );
  if (jobId === undefined)
    throw new Error(`The SQL Gateway accepted job ${news.name} but returned no job id`);
  return jobId;
}

/**
 * Saves the plan that is submitted, with readable names. Its sources read a partition that is not in the state from the
 * offset that their group has committed: the beginning, unless they have read it before.
 */
async function prepareSources(run: Run, start: Launch): Promise<void> {
  const { version, from, restartsSources, skipsExpired, isShadow } = start;
  const { store, news } = run;
  const plan = await store.plan(version.version, isShadow ? "shadow" : "plan");
  if (!plan) throw new Error(`The plan of version ${version.version} of job ${news.name} is gone`);
  const submitted = withReadableNames(skipsExpired ? plan : withoutOffsetReset(plan));
  await store.savePlan(version.version, submitted, "submitted");
  const { topic } = news.source;
  const isFromBeginning = from === undefined || restartsSources === true;
  await withKafka(run, async (kafka) => {
    const offsets = await kafka.offsets(topic);
    for (const group of sourceGroups(plan)) {
      const known = isFromBeginning ? new Map() : await kafka.committed(group, topic);
      const unread = offsets.filter(({ partition }) => !known.has(partition));
      const beginning = unread.map(({ partition, earliest }) => [partition, earliest] as const);
      if (beginning.length > 0) await kafka.commit(group, topic, new Map(beginning));
    }
  });
}
