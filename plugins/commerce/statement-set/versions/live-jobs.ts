/** The jobs of a statement set that run in the cluster. */
import { type FlinkCluster, hasEnded } from "../../clients/flink-rest.ts";
import { waitFor } from "../../clients/wait.ts";
import { cancel } from "../job.ts";
import type { LiveJob } from "./decide.ts";
import type { RunProgress } from "./run.ts";

/** Keys of the job parameters by which a later run recognizes a job; shown in Flink's UI. */
const HASH = "commerce.statements";
const VERSION = "commerce.version";
const SHADOW = "commerce.shadow";
/** In these states a job does not yet say what it runs, or no longer counts. */
const TRANSIENT = new Set(["INITIALIZING", "CANCELLING"]);
const TRANSIENT_TIMEOUT_SECONDS = 60;

/** The value of `pipeline.global-job-parameters` from which `liveJobs` reads the same again. */
export function jobParameters({
  hash,
  version,
  isShadow,
}: Required<Pick<LiveJob, "hash" | "version" | "isShadow">>) {
  const parameters = { [HASH]: hash, [VERSION]: version, [SHADOW]: isShadow };
  return Object.entries(parameters)
    .map(([key, value]) => `${key}:${value}`)
    .join(",");
}

/** Jobs of that name that have not ended. The longest-running one, which holds the most state, comes first. */
export async function liveJobs(
  cluster: FlinkCluster,
  name: string,
  signal?: AbortSignal,
): Promise<LiveJob[]> {
  const jobs = await waitFor({
    what: `job ${name} to leave the states INITIALIZING and CANCELLING`,
    timeoutSeconds: TRANSIENT_TIMEOUT_SECONDS,
    signal,
    probe: async () => {
      const live = (await cluster.jobs()).filter((job) => job.name === name && !hasEnded(job));
      return live.some((job) => TRANSIENT.has(job.state)) ? undefined : live;
    },
  });
  const live = await Promise.all(
    jobs.map(async (job) => {
      const { [HASH]: hash, [VERSION]: version, [SHADOW]: shadow } = await cluster.parameters(job.id);
      return {
        ...job,
        hash,
        version: version === undefined ? undefined : Number(version),
        isShadow: shadow === "true",
      };
    }),
  );
  return live.sort((a, b) => a.startTime - b.startTime);
}

/**
 * Cancels every job of that name except one. There are others if somebody submitted one by hand, or if a run was killed
 * while another one began.
 *
 * @returns how many there were
 */
export async function cancelOthers(
  cluster: FlinkCluster,
  name: string,
  kept: string | undefined,
  progress: RunProgress,
): Promise<number> {
  const others = (await liveJobs(cluster, name, progress.signal)).filter((job) => job.id !== kept);
  await cancelUnexpected(cluster, others, progress);
  return others.length;
}

export async function cancelUnexpected(
  cluster: FlinkCluster,
  jobs: readonly LiveJob[],
  progress: RunProgress,
): Promise<void> {
  for (const { id, name } of jobs) {
    progress.log("warning", `cancelling ${id}: job ${name} is not the one that is supposed to run`);
    await cancel(cluster, id, progress.signal);
  }
}
