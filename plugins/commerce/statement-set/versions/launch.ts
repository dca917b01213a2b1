/** Submits a version's plan as a job and watches the job until it is healthy. */
import { cancel, messageOf, untilHealthy } from "../job.ts";
import { isStateGone } from "../restore-error.ts";
import type { Version } from "./history.ts";
import { cancelOthers, jobParameters } from "./live-jobs.ts";
import type { Run } from "./run.ts";
import { expiredEvents } from "./source.ts";

interface Launch {
  /** Its plan is in the store. */
  version: Version;
  /** The savepoint or checkpoint to start from. */
  from?: string;
  /** Leave state behind that no operator of the plan claims. */
  dropsState?: boolean;
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
  if (others === 0) return jobId;
  // Two jobs wrote to the same rows, and the older sums may have come last. Starting again rewrites every such row.
  await cancel(cluster, jobId);
  return launch(run, start);
}

/**
 * Starts from the first of the restore points that still exists, else without state.
 *
 * @throws Error if starting without state would lose events that the topic no longer has
 */
export async function launchFrom(run: Run, start: Launch, points: readonly string[]): Promise<string> {
  for (const from of points) {
    try {
      return await launch(run, { ...start, from });
    } catch (error) {
      if (!isStateGone(error)) throw error;
      run.progress.log("warning", `job ${run.news.name}: ${from} no longer exists`);
    }
  }
  const expired = run.news.upgradePolicy === "stateless" ? 0n : await expiredEvents(run);
  if (expired > 0n)
    throw new Error(
      `Job ${run.news.name} was lost with its state, and topic ${run.news.source.topic} no longer has its first ${expired} events: ` +
        `starting over would remove them from every table. Set upgradePolicy to "stateless" to accept that.`,
    );
  run.progress.log(
    "warning",
    `job ${run.news.name} was lost with its state: it starts again without state and rebuilds its tables`,
  );
  return launch(run, start);
}

async function submit(run: Run, { version, from, dropsState, isShadow = false }: Launch): Promise<string> {
  const { news, progress, store, gateway } = run;
  progress.status(`submitting version ${version.version} of job ${news.name}${from ? ` from ${from}` : ""}`);
  const options = {
    ...version.settings,
    "pipeline.name": news.name,
    "pipeline.global-job-parameters": jobParameters({ ...version, isShadow }),
    ...(from !== undefined && { "execution.state-recovery.path": from }),
    ...(dropsState && { "execution.state-recovery.ignore-unclaimed-state": "true" }),
  };
  const { jobId } = await gateway.withSession(options, (session) =>
    session.execute(`EXECUTE PLAN '${store.fileOf(version.version, isShadow ? "shadow" : "plan")}'`),
  );
  if (jobId === undefined)
    throw new Error(`The SQL Gateway accepted job ${news.name} but returned no job id`);
  return jobId;
}
