import { HttpService } from "../plugins/commerce/clients/http.ts";
import { rootMessage } from "../plugins/commerce/clients/stack-trace.ts";

export interface FlinkJob {
  readonly id: string;
  readonly name: string;
  /** RUNNING, RESTARTING, FAILED, ... */
  readonly state: string;
  /** When it came into this state, in milliseconds since 1970. */
  readonly since: number | undefined;
  /** Milliseconds since it was submitted. */
  readonly age: number;
  /** Milliseconds since the last completed checkpoint, if there was one. */
  readonly checkpointAge: number | undefined;
  /** Of the last completed checkpoint, in bytes. */
  readonly checkpointBytes: number | undefined;
  /** How often the job has been started again after a failure; undefined where Flink does not say. */
  readonly restarts: number | undefined;
  /** Completed checkpoints. */
  readonly checkpoints: number;
  /** Why the newest checkpoint failed; undefined if it did not. */
  readonly checkpointFailure: string | undefined;
  /** The message of the last failure. */
  readonly failure: string | undefined;
}

/** Of Flink's answers, the fields that are read here. */
interface JobAnswer {
  readonly name: string;
  readonly state: string;
  readonly duration: number;
  /** By state; 0 for one that it has not been in. */
  readonly timestamps?: Readonly<Record<string, number>>;
}
interface CheckpointAnswer {
  readonly latest_ack_timestamp: number;
  readonly state_size?: number;
}
interface CheckpointsAnswer {
  readonly counts?: { readonly completed: number };
  readonly latest?: {
    readonly completed?: CheckpointAnswer | null;
    readonly failed?: { readonly failure_timestamp: number; readonly failure_message?: string } | null;
  };
}
interface ExceptionsAnswer {
  readonly exceptionHistory?: { readonly entries?: readonly { readonly stacktrace?: string }[] };
}

/** Somebody is waiting for the report. */
const timeoutMs = 5_000;

/** One job as Flink's REST API describes it. @throws Error when Flink does not answer or has no such job. */
export async function readJob(restUrl: string, jobId: string): Promise<FlinkJob> {
  const http = new HttpService("Flink's JobManager", restUrl, timeoutMs);
  const [job, checkpoints, exceptions, metrics] = await Promise.all([
    http.request<JobAnswer>("GET", `/jobs/${jobId}`),
    http.request<CheckpointsAnswer>("GET", `/jobs/${jobId}/checkpoints`),
    http.request<ExceptionsAnswer>("GET", `/jobs/${jobId}/exceptions?maxExceptions=10`),
    http.request<{ id: string; value: string }[]>("GET", `/jobs/${jobId}/metrics?get=numRestarts`),
  ]);
  const last = checkpoints.latest?.completed;
  const failed = checkpoints.latest?.failed;
  const isFailing = failed != null && failed.failure_timestamp > (last?.latest_ack_timestamp ?? 0);
  const restarts = metrics.find(({ id }) => id === "numRestarts")?.value;
  return {
    id: jobId,
    name: job.name,
    state: job.state,
    since: job.timestamps?.[job.state] || undefined,
    age: job.duration,
    checkpointAge: last ? Math.max(0, Date.now() - last.latest_ack_timestamp) : undefined,
    checkpointBytes: last?.state_size,
    checkpointFailure: isFailing ? (failed.failure_message ?? "no reason is known") : undefined,
    restarts: restarts === undefined ? undefined : Number(restarts),
    checkpoints: checkpoints.counts?.completed ?? 0,
    failure: lastFailure(
      (exceptions.exceptionHistory?.entries ?? []).map(({ stacktrace = "" }) => stacktrace),
    ),
  };
}

/** The newest failure that is not just Flink stopping the tasks of a job that had already failed. */
export function lastFailure(tracesNewestFirst: readonly string[]): string | undefined {
  const trace = tracesNewestFirst.find((text) => text !== "" && !isShutdown(text));
  return trace === undefined ? undefined : rootMessage(trace);
}

function isShutdown(trace: string): boolean {
  const rootCause = trace.split(/^\s*Caused by: /m).at(-1) ?? "";
  return /^(?:[\w$]+\.)*FlinkExpectedException\b/.test(rootCause.trim());
}
