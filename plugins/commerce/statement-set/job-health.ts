/** Decides from successive looks at a job whether it is healthy. Pure. */
import { type Failure, hasEnded, type Job } from "../clients/flink-rest.ts";
import { isOffsetExpired, isStateUnusable } from "./restore-error.ts";

/** A job that fails more often than this will not recover by itself. */
const TOLERATED_FAILURES = 3;

/** A JobManager that starts again has its jobs back by then, or has lost them. */
const UNKNOWN_SECONDS = 30;

/** Failures that do not count: a TaskManager that is starting or restarting will bring the slots. */
const NO_SLOTS = /minimum required resources|NoResourceAvailable|TaskExecutor is shutting down/;

export interface Look {
  /** Undefined if the JobManager does not know it. */
  job: Job | undefined;
  /** The newest first. */
  failures: readonly Failure[];
  /** Completed checkpoints of this job. */
  completed: number;
  /** Milliseconds of any clock that does not jump. */
  now: number;
}

export type Verdict =
  | { is: "healthy" }
  | { is: "failed"; reason: string }
  | { is: "pending"; status: string /** A checkpoint is needed now. */; checkpoint: boolean };

/**
 * A job is healthy when it is RUNNING and has completed a checkpoint: then every operator has started and each sink has
 * reached its database. With `healthSeconds` above 0 it must then run that long without a failure and complete one more
 * checkpoint. A failure begins that time again: a slow machine causes failures that pass, an error of the version recurs.
 */
export function healthWatch(healthSeconds: number): (look: Look) => Verdict {
  let since: number | undefined;
  let counted = 0;
  let window: { end: number; needed?: number } | undefined;
  let hasAsked = false;
  let unknownSince: number | undefined;

  return ({ job, failures, completed, now }) => {
    if (!job) {
      unknownSince ??= now;
      if (now - unknownSince < UNKNOWN_SECONDS * 1000)
        return { is: "pending", status: "not known to the JobManager", checkpoint: false };
      return {
        is: "failed",
        reason:
          `is lost: the JobManager has not known it for ${UNKNOWN_SECONDS} s. ` +
          `It forgets its jobs when it restarts, unless highAvailability is on.`,
      };
    }
    unknownSince = undefined;
    // An adopted job may have failed and recovered long ago.
    since ??= healthSeconds > 0 ? 0 : (failures[0]?.at ?? 0);
    const after = since;
    const fresh = failures.filter(({ at, message }) => at > after && !NO_SLOTS.test(message));
    const verb = window ? "does not stay healthy" : "does not start";
    if (hasEnded(job) || fresh.length > TOLERATED_FAILURES || fresh.some(isFinal))
      return { is: "failed", reason: `${verb}. ${describe(job, fresh[0] ?? failures[0])}` };

    if (fresh.length > counted) {
      window = undefined;
      hasAsked = false;
    }
    counted = fresh.length;
    const status = [job.state, fresh[0]?.message].filter(Boolean).join(", ");
    const pending = (checkpoint = false) => {
      const isNew = checkpoint && !hasAsked;
      hasAsked ||= checkpoint;
      return { is: "pending", status, checkpoint: isNew } as const;
    };
    if (job.state !== "RUNNING" || job.tasks.running < job.tasks.total) return pending();
    if (!window) {
      if (completed === 0) return pending(true);
      if (healthSeconds === 0) return { is: "healthy" };
      window = { end: now + healthSeconds * 1000 };
      hasAsked = false;
    }
    if (now < window.end)
      return { is: "pending", status: `RUNNING, watched for ${healthSeconds} s`, checkpoint: false };
    window.needed ??= completed + 1;
    return completed < window.needed ? pending(true) : { is: "healthy" };
  };
}

/** The most that a job may take to become healthy, with the failures that are tolerated. */
export function healthTimeout(startTimeoutSeconds: number, healthSeconds: number): number {
  return startTimeoutSeconds + (TOLERATED_FAILURES + 1) * healthSeconds;
}

/** Another attempt does not help if the state does not fit or events have expired. */
function isFinal({ message }: Failure): boolean {
  const error = new Error(message);
  return isStateUnusable(error) || isOffsetExpired(error);
}

export function describe(job: Job | undefined, failure: Failure | undefined): string {
  if (!job) return "The JobManager does not know the job.";
  const state = `It is ${job.state}, ${job.tasks.running} of ${job.tasks.total} tasks run`;
  if (failure) return `${state}. Its last failure: ${failure.message}`;
  return job.tasks.running < job.tasks.total
    ? `${state}: are there TaskManagers with enough free slots?`
    : `${state}: is execution.checkpointing.interval set?`;
}
