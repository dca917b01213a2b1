import axios from "axios";

export interface FlinkJob {
  readonly id: string;
  readonly name: string;
  /** RUNNING, RESTARTING, FAILED, ... */
  readonly state: string;
  /** Milliseconds since it was submitted. */
  readonly age: number;
  /** Milliseconds since the last completed checkpoint, and how many there were. */
  readonly checkpointAge: number | undefined;
  readonly checkpoints: number;
  /** The last failure, in a line. */
  readonly failure: string | undefined;
}

/** One job as Flink's REST API describes it. @throws Error when Flink does not answer or knows no such job. */
export async function readJob(restUrl: string, jobId: string): Promise<FlinkJob> {
  const http = axios.create({ baseURL: restUrl, timeout: 5_000, proxy: false });
  const [job, checkpoints, exceptions] = await Promise.all([
    http.get(`/jobs/${jobId}`),
    http.get(`/jobs/${jobId}/checkpoints`),
    http.get(`/jobs/${jobId}/exceptions?maxExceptions=10`),
  ]);
  const completed: number | undefined = checkpoints.data.latest?.completed?.latest_ack_timestamp;
  const history: { stacktrace?: string }[] = exceptions.data.exceptionHistory?.entries ?? [];
  return {
    id: jobId,
    name: String(job.data.name),
    state: String(job.data.state),
    age: Number(job.data.duration),
    checkpointAge: completed === undefined ? undefined : Math.max(0, Date.now() - completed),
    checkpoints: Number(checkpoints.data.counts?.completed ?? 0),
    failure: lastCause(history.map(({ stacktrace }) => rootCause(stacktrace ?? ""))),
  };
}

/** The newest cause that is one: Flink also records that it shut down, or moved, what was failing already. */
export function lastCause(newestFirst: readonly string[]): string | undefined {
  return newestFirst.find((cause) => cause !== "" && !cause.startsWith("FlinkExpectedException"));
}

/** A stack trace's useful line: the innermost cause, without its class's package. */
export function rootCause(stackTrace: string): string {
  const lines = stackTrace.split("\n").map((line) => line.trim());
  const causes = lines.filter((line) => line.startsWith("Caused by: "));
  const line = causes.at(-1)?.slice("Caused by: ".length) ?? lines[0] ?? "";
  return line.replace(/^(?:[a-z_$][\w$]*\.)+(?=[A-Z])/, "");
}
