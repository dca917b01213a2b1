/** Starting, watching and stopping one Flink job. */
import type { OperationContext } from "../../plugin/provider.ts";
import { type Failure, type FlinkCluster, hasEnded, type Job } from "./clients/flink-rest.ts";
import { type SqlGateway, type SqlSession, StatementRefused } from "./clients/sql-gateway.ts";
import { describeGatewayError } from "./gateway-error.ts";
import { isStateUnusable } from "./restore-error.ts";
import {
  explainInstead,
  fingerprint,
  isStatementSet,
  type StatementSetInputs,
} from "./statement-set-diff.ts";
import { type Statement, splitStatements } from "./statements.ts";
import { waitFor } from "./wait.ts";

/** Key of the job parameter that holds the fingerprint; shown in Flink's UI under the job's configuration. */
export const FINGERPRINT = "commerce.statements";
/** After so many failures for a reason of its own a job is not going to start by itself. */
const HOPELESS_FAILURES = 4;
const CANCEL_TIMEOUT_SECONDS = 60;

export type Progress = Pick<OperationContext, "log" | "status" | "signal">;

/** Not the job's fault: a TaskManager that is still starting, or starting again, will have the slots. */
const NO_SLOTS = /minimum required resources|NoResourceAvailable|TaskExecutor is shutting down/;

/** The job is there but did not come to run; the message says why. */
export class StartFailed extends Error {}

/** Compiles everything and runs nothing: a mistake is found before a running job is touched. */
export async function validate(gateway: SqlGateway, spec: StatementSetInputs): Promise<void> {
  await gateway.withSession(spec.settings, (session) =>
    runAll(session, spec, (statement) =>
      isStatementSet(statement) ? explainInstead(statement) : statement.text,
    ),
  );
}

/**
 * Submits the statement set as a job.
 *
 * @param from savepoint or checkpoint to start from
 * @returns the job's id
 * @throws Error `file:line: what is wrong`
 */
export async function submit(
  gateway: SqlGateway,
  spec: StatementSetInputs,
  progress: Progress,
  from?: string,
): Promise<string> {
  progress.status(from ? `submitting job ${spec.name} from ${from}` : `submitting job ${spec.name}`);
  const options = {
    ...spec.settings,
    "pipeline.name": spec.name,
    "pipeline.global-job-parameters": `${FINGERPRINT}:${fingerprint(spec.files, spec.settings)}`,
    ...(from === undefined ? {} : { "execution.state-recovery.path": from }),
  };
  const jobId = await gateway.withSession(options, (session) =>
    runAll(session, spec, (statement) => statement.text),
  );
  if (jobId === undefined) throw new Error(`The SQL Gateway took job ${spec.name} but named no job id`);
  return jobId;
}

async function runAll(
  session: SqlSession,
  spec: StatementSetInputs,
  textOf: (statement: Statement) => string,
): Promise<string | undefined> {
  const statements = splitStatements(spec.files);
  let jobId: string | undefined;
  for (const [index, statement] of statements.entries()) {
    try {
      jobId = (await session.execute(textOf(statement))).jobId ?? jobId;
    } catch (error) {
      if (!(error instanceof StatementRefused)) throw error;
      throw new Error(describeGatewayError(error.errors, statement, statements.slice(0, index)), {
        cause: error,
      });
    }
  }
  return jobId;
}

/**
 * Waits until the job is RUNNING with its first checkpoint done: then every operator has started and each sink
 * has reached its database.
 *
 * @param meanwhile runs before each look
 * @throws StartFailed with the job's root cause
 */
export async function untilHealthy(
  cluster: FlinkCluster,
  jobId: string,
  spec: Pick<StatementSetInputs, "name" | "startTimeoutSeconds">,
  progress: Progress,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  let last: Job | undefined;
  let shown = "";
  let triggered = false;
  let since: number | undefined;
  await waitFor({
    what: `job ${spec.name} (${jobId}) to be RUNNING with a checkpoint done`,
    timeoutSeconds: spec.startTimeoutSeconds,
    signal: progress.signal,
    probe: async () => {
      await meanwhile?.();
      last = (await cluster.jobs()).find((job) => job.id === jobId);
      if (!last) return undefined;
      const failures = await cluster.failures(jobId);
      // A job that is adopted may have failed and recovered long ago.
      since ??= failures[0]?.at ?? 0;
      const fresh = failures.filter(
        (failure) => failure.at > (since ?? 0) && !NO_SLOTS.test(failure.message),
      );
      const failed = new StartFailed(
        `Job ${spec.name} (${jobId}) does not start. ${reason(last, fresh[0] ?? failures[0])}`,
      );
      const hopeless = fresh.length >= HOPELESS_FAILURES || (fresh.length > 0 && isStateUnusable(failed));
      if (hasEnded(last) || hopeless) throw failed;

      const now = [`job ${spec.name}: ${last.state}`, fresh[0]?.message].filter(Boolean).join(", ");
      if (now !== shown) progress.status(now);
      shown = now;
      if (last.state !== "RUNNING" || last.tasks.running < last.tasks.total) return undefined;
      if ((await cluster.checkpoints(jobId)).completed > 0) return true;
      // The first one is due only after a whole interval.
      if (!triggered) await cluster.triggerCheckpoint(jobId);
      triggered = true;
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
