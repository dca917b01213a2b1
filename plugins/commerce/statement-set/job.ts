/** Watches and cancels one Flink job. */
import { type FlinkCluster, hasEnded, type Job } from "../clients/flink-rest.ts";
import { HttpError } from "../clients/http.ts";
import { Unreachable } from "../clients/unreachable.ts";
import { waitFor } from "../clients/wait.ts";
import type { StatementSetInputs } from "./diff.ts";
import { describe, healthTimeout, healthWatch } from "./job-health.ts";
import type { RunProgress } from "./versions/run.ts";

const CANCEL_TIMEOUT_SECONDS = 60;

/** The job was submitted but is not healthy; the message says why. */
class StartFailed extends Error {}

/**
 * Waits until the job is healthy. A JobManager that does not answer, or not in time, is asked again.
 *
 * @param spec `healthSeconds` is 0 for a job that has no version to fall back on
 * @param beforeEachLook runs before each look at the job
 * @throws StartFailed with the job's root cause
 */
export async function untilHealthy(
  cluster: FlinkCluster,
  jobId: string,
  spec: Pick<StatementSetInputs, "name" | "startTimeoutSeconds" | "healthSeconds">,
  progress: RunProgress,
  beforeEachLook?: () => Promise<void>,
): Promise<void> {
  const { name, startTimeoutSeconds, healthSeconds } = spec;
  const judge = healthWatch(healthSeconds);
  let last: Job | undefined;
  let shown = "";
  const show = (status: string) => {
    if (status !== shown) progress.status(`job ${name}: ${status}`);
    shown = status;
  };
  const look = async () => {
    await beforeEachLook?.();
    last = (await cluster.jobs()).find((job) => job.id === jobId);
    const failures = await cluster.failures(jobId);
    const { completed } = await cluster.checkpoints(jobId);
    const verdict = judge({ job: last, failures, completed, now: performance.now() });
    if (verdict.is === "failed") throw new StartFailed(`Job ${name} (${jobId}) ${verdict.reason}`);
    if (verdict.is === "healthy") return true;
    show(verdict.status);
    // Otherwise it would be due only after a whole interval.
    if (verdict.checkpoint) await cluster.triggerCheckpoint(jobId);
    return undefined;
  };
  await waitFor({
    what: `job ${name} (${jobId}) to be RUNNING with a completed checkpoint`,
    timeoutSeconds: healthTimeout(startTimeoutSeconds, healthSeconds),
    signal: progress.signal,
    probe: () =>
      look().catch((error: unknown) => {
        if (!isPassing(error)) throw error;
        show(messageOf(error));
        return undefined;
      }),
    explain: async () => describe(last, (await cluster.failures(jobId))[0]),
  }).catch((error: unknown) => {
    throw error instanceof StartFailed ? error : new StartFailed(messageOf(error), { cause: error });
  });
}

/** A slow JobManager answers with status 500 when a request inside the cluster takes 10 s, and it says nothing of the job. */
function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof HttpError && error.status >= 500);
}

/** Cancels the job and waits for its end. No error if it has ended or is unknown. */
export async function cancel(cluster: FlinkCluster, jobId: string, signal?: AbortSignal): Promise<void> {
  await cluster.cancel(jobId);
  await waitFor({
    what: `job ${jobId} to end after it was cancelled`,
    timeoutSeconds: CANCEL_TIMEOUT_SECONDS,
    signal,
    probe: async () => {
      const job = (await cluster.jobs()).find(({ id }) => id === jobId);
      return !job || hasEnded(job) ? true : undefined;
    },
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
