/** A version's plan becomes a job, and the job is watched until it is known to be well. */
import { type FlinkCluster, hasEnded } from "../../clients/flink-rest.ts";
import { waitFor } from "../../clients/wait.ts";
import { cancel, messageOf, untilHealthy } from "../job.ts";
import { isStateGone } from "../restore-error.ts";
import type { LiveJob } from "./decide.ts";
import type { Version } from "./history.ts";
import type { Progress, Run } from "./run.ts";
import { expiredEvents } from "./source.ts";

/** Keys of the job parameters by which a later run knows its own; shown in Flink's UI. */
const HASH = "commerce.statements";
const VERSION = "commerce.version";
const SHADOW = "commerce.shadow";
/** What it runs, or whether, is not known in these. */
const PASSING = new Set(["INITIALIZING", "CANCELLING"]);
const PASSING_TIMEOUT_SECONDS = 60;

export interface Launch {
  /** Its plan is in the store. */
  version: Version;
  /** Savepoint or checkpoint to start from. */
  from?: string;
  /** State that no operator of the plan claims is left behind. */
  dropsState?: boolean;
  /** Into shadow tables, by the plan that was saved for them. */
  shadow?: boolean;
  /** Seconds that it must run without a failure; 0 where there is nothing to fall back on. */
  healthSeconds: number;
}

/**
 * Submits the version and waits until it is well. What was just started and does not work is cancelled: it must not go
 * on trying behind the user's back.
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
    // An earlier run that was killed may have left the gateway with a statement that becomes a job only now,
    // and takes the slots of this one.
    const meanwhile = async () => {
      others += await cancelOthers(cluster, news.name, jobId, progress);
    };
    await untilHealthy(cluster, jobId, { ...news, healthSeconds: start.healthSeconds }, progress, meanwhile);
  } catch (error) {
    await cancel(cluster, jobId).catch((failure: unknown) => progress.log("warning", messageOf(failure)));
    throw error;
  }
  if (others === 0) return jobId;
  // Two wrote to the same rows, and the older sums may have come last: going over it again sets every row right.
  await cancel(cluster, jobId);
  return launch(run, start);
}

/**
 * Tries one after the other; with none that is still there it starts without state.
 *
 * @throws Error if that would take events out of the sums which the topic no longer has
 */
export async function launchFrom(run: Run, start: Launch, points: readonly string[]): Promise<string> {
  for (const from of points) {
    try {
      return await launch(run, { ...start, from });
    } catch (error) {
      if (!isStateGone(error)) throw error;
      run.progress.log("warning", `job ${run.news.name}: ${from} is gone`);
    }
  }
  const gone = run.news.upgradePolicy === "stateless" ? 0n : await expiredEvents(run);
  if (gone > 0n)
    throw new Error(
      `Job ${run.news.name} was lost with its state, and topic ${run.news.source.topic} no longer has its first ${gone} events: ` +
        `starting over would take them out of every table. Set upgradePolicy to "stateless" if that is to be.`,
    );
  run.progress.log(
    "warning",
    `job ${run.news.name} was lost with its state: it starts again where its source says, and builds its tables anew`,
  );
  return launch(run, start);
}

async function submit(run: Run, { version, from, dropsState, shadow = false }: Launch): Promise<string> {
  const { news, progress, store, gateway } = run;
  progress.status(`submitting version ${version.version} of job ${news.name}${from ? ` from ${from}` : ""}`);
  const parameters = { [HASH]: version.hash, [VERSION]: version.version, [SHADOW]: shadow };
  const options = {
    ...version.settings,
    "pipeline.name": news.name,
    "pipeline.global-job-parameters": Object.entries(parameters)
      .map(([key, value]) => `${key}:${value}`)
      .join(","),
    ...(from !== undefined && { "execution.state-recovery.path": from }),
    ...(dropsState && { "execution.state-recovery.ignore-unclaimed-state": "true" }),
  };
  const { jobId } = await gateway.withSession(options, (session) =>
    session.execute(`EXECUTE PLAN '${store.fileOf(version.version, shadow ? "shadow" : "plan")}'`),
  );
  if (jobId === undefined) throw new Error(`The SQL Gateway took job ${news.name} but named no job id`);
  return jobId;
}

/**
 * A second job of the name can only be somebody's hand, or a run that was killed while another began.
 *
 * @returns how many there were
 */
export async function cancelOthers(
  cluster: FlinkCluster,
  name: string,
  kept: string | undefined,
  progress: Progress,
): Promise<number> {
  const others = (await liveJobs(cluster, name)).filter((job) => job.id !== kept);
  await cancelUnexpected(cluster, others, progress);
  return others.length;
}

export async function cancelUnexpected(
  cluster: FlinkCluster,
  jobs: readonly LiveJob[],
  progress: Progress,
): Promise<void> {
  for (const { id, name } of jobs) {
    progress.log("warning", `cancelling ${id}: job ${name} runs more than once`);
    await cancel(cluster, id, progress.signal);
  }
}

/** Jobs of that name that have not ended, the longest-running one first: it holds the most state. */
export async function liveJobs(cluster: FlinkCluster, name: string): Promise<LiveJob[]> {
  const jobs = await waitFor({
    what: `job ${name} to have started, so that it says what it runs, or to have ended`,
    timeoutSeconds: PASSING_TIMEOUT_SECONDS,
    probe: async () => {
      const live = (await cluster.jobs()).filter((job) => job.name === name && !hasEnded(job));
      return live.some((job) => PASSING.has(job.state)) ? undefined : live;
    },
  });
  const live = await Promise.all(
    jobs.map(async (job) => {
      const { [HASH]: hash, [VERSION]: version, [SHADOW]: shadow } = await cluster.parameters(job.id);
      return {
        ...job,
        hash,
        version: version === undefined ? undefined : Number(version),
        shadow: shadow === "true",
      };
    }),
  );
  return live.sort((a, b) => a.startTime - b.startTime);
}
