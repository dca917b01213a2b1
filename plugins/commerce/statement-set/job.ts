/** Watches and cancels one Flink job. */
import { type Failure, type FlinkCluster, hasEnded, type Job } from "../clients/flink-rest.ts";
import { waitFor } from "../clients/wait.ts";
import type { StatementSetInputs } from "./diff.ts";
import { isOffsetExpired, isStateUnusable } from "./restore-error.ts";
import type { RunProgress } from "./versions/run.ts";

/** A job that fails more often than this will not start by itself. */
const TOLERATED_FAILURES = 3;
const CANCEL_TIMEOUT_SECONDS = 60;

/** Failures that do not count: a TaskManager that is starting or restarting will bring the slots. */
const NO_SLOTS = /minimum required resources|NoResourceAvailable|TaskExecutor is shutting down/;

/** The job was submitted but is not healthy; the message says why. */
class StartFailed extends Error {}

/**
 * Waits until the job is RUNNING and has completed its first checkpoint: then every operator has started and each
 * sink has reached its database.
 *
 * @param spec with `healthSeconds` above 0, the job must then run that long and complete one more checkpoint, and a
 *   single failure ends the wait. With 0, for a job that has no version to fall back on, it may fail and recover.
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
  let last: Job | undefined;
  let shown = "";
  let since: number | undefined;
  /** How many checkpoints must be complete, and the time before which that is not checked. */
  let needed = 1;
  let notBefore = 0;
  let asked = 0;
  const tolerated = healthSeconds > 0 ? 0 : TOLERATED_FAILURES;
  await waitFor({
    what: `job ${name} (${jobId}) to be RUNNING with a completed checkpoint`,
    timeoutSeconds: startTimeoutSeconds + healthSeconds,
    signal: progress.signal,
    probe: async () => {
      await beforeEachLook?.();
      last = (await cluster.jobs()).find((job) => job.id === jobId);
      if (!last) return undefined;
      const failures = await cluster.failures(jobId);
      // An adopted job may have failed and recovered long ago.
      since ??= healthSeconds > 0 ? 0 : (failures[0]?.at ?? 0);
      const fresh = failures.filter(
        (failure) => failure.at > (since ?? 0) && !NO_SLOTS.test(failure.message),
      );
      const verb = needed > 1 ? "does not stay healthy" : "does not start";
      const failed = new StartFailed(
        `Job ${name} (${jobId}) ${verb}. ${reason(last, fresh[0] ?? failures[0])}`,
      );
      const isPermanent = isStateUnusable(failed) || isOffsetExpired(failed);
      const isHopeless = fresh.length > tolerated || (fresh.length > 0 && isPermanent);
      if (hasEnded(last) || isHopeless) throw failed;

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
      // Otherwise it would be due only after a whole interval.
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
  if (!job) return "The JobManager does not know the job.";
  const state = `It is ${job.state}, ${job.tasks.running} of ${job.tasks.total} tasks run`;
  if (failure) return `${state}. Its last failure: ${failure.message}`;
  return job.tasks.running < job.tasks.total
    ? `${state}: are there TaskManagers with enough free slots?`
    : `${state}: is execution.checkpointing.interval set?`;
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
