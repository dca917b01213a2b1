/** Watching and ending one Flink job. */
import { type Failure, type FlinkCluster, hasEnded, type Job } from "../clients/flink-rest.ts";
import { waitFor } from "../clients/wait.ts";
import type { StatementSetInputs } from "./diff.ts";
import { isStateUnusable } from "./restore-error.ts";
import type { Progress } from "./versions/run.ts";

/** With more failures for a reason of its own a job is not going to start by itself. */
const TOLERATED_FAILURES = 3;
const CANCEL_TIMEOUT_SECONDS = 60;

/** Not the job's fault: a TaskManager that is still starting, or starting again, will have the slots. */
const NO_SLOTS = /minimum required resources|NoResourceAvailable|TaskExecutor is shutting down/;

/** The job is there but did not come to run; the message says why. */
class StartFailed extends Error {}

/**
 * Waits until the job is RUNNING with its first checkpoint done: then every operator has started and each sink
 * has reached its database.
 *
 * @param spec `healthSeconds`: how long it must then go on without a failure, up to one more checkpoint; from its
 *   start on a single failure is too many. 0 for a job that has no version to fall back on: it may fail and recover.
 * @param meanwhile runs before each look
 * @throws StartFailed with the job's root cause
 */
export async function untilHealthy(
  cluster: FlinkCluster,
  jobId: string,
  spec: Pick<StatementSetInputs, "name" | "startTimeoutSeconds" | "healthSeconds">,
  progress: Progress,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  const { name, startTimeoutSeconds, healthSeconds } = spec;
  let last: Job | undefined;
  let shown = "";
  let since: number | undefined;
  /** Checkpoints that must be complete, and from when on that counts. */
  let needed = 1;
  let notBefore = 0;
  let asked = 0;
  const tolerated = healthSeconds > 0 ? 0 : TOLERATED_FAILURES;
  await waitFor({
    what: `job ${name} (${jobId}) to be RUNNING with a checkpoint done`,
    timeoutSeconds: startTimeoutSeconds + healthSeconds,
    signal: progress.signal,
    probe: async () => {
      await meanwhile?.();
      last = (await cluster.jobs()).find((job) => job.id === jobId);
      if (!last) return undefined;
      const failures = await cluster.failures(jobId);
      // A job that is adopted may have failed and recovered long ago.
      since ??= healthSeconds > 0 ? 0 : (failures[0]?.at ?? 0);
      const fresh = failures.filter(
        (failure) => failure.at > (since ?? 0) && !NO_SLOTS.test(failure.message),
      );
      const verb = needed > 1 ? "does not stay well" : "does not start";
      const failed = new StartFailed(
        `Job ${name} (${jobId}) ${verb}. ${reason(last, fresh[0] ?? failures[0])}`,
      );
      const hopeless = fresh.length > tolerated || (fresh.length > 0 && isStateUnusable(failed));
      if (hasEnded(last) || hopeless) throw failed;

      const now = [`job ${name}: ${last.state}`, fresh[0]?.message].filter(Boolean).join(", ");
      if (now !== shown) progress.status(now);
      shown = now;
      if (last.state !== "RUNNING" || last.tasks.running < last.tasks.total) return undefined;
      if (performance.now() < notBefore) return undefined;
      const { completed } = await cluster.checkpoints(jobId);
      if (completed >= needed) {
        if (healthSeconds === 0 || needed > 1) return true;
        progress.status(`job ${name}: RUNNING, watched for ${healthSeconds} s`);
        notBefore = performance.now() + healthSeconds * 1000;
        needed = Number.POSITIVE_INFINITY;
        return undefined;
      }
      if (needed === Number.POSITIVE_INFINITY) needed = completed + 1;
      // The next one is due only after a whole interval.
      if (asked !== needed) await cluster.triggerCheckpoint(jobId);
      asked = needed;
      return undefined;
    },
    explain: async () => reason(last, (await cluster.failures(jobId))[0]),
  }).catch((error: unknown) => {
    throw error instanceof StartFailed ? error : new StartFailed(messageOf(error), { cause: error });
  });
}

function reason(job: Job | undefined, failure: Failure | undefined): string {
  if (!job) return "The JobManager does not know it.";
  const state = `It is ${job.state}, ${job.tasks.running} of ${job.tasks.total} tasks run`;
  if (failure) return `${state}. Its last failure: ${failure.message}`;
  return job.tasks.running < job.tasks.total
    ? `${state}: are there TaskManagers with enough free slots?`
    : `${state}: is execution.checkpointing.interval set?`;
}

/** Cancels the job and waits for its end. A job that has ended, or that nobody knows, is fine. */
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
