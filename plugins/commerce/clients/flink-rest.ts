/** Flink jobs through the JobManager's REST API. */
import { HttpError, HttpService } from "./http.ts";
import { rootMessage } from "./stack-trace.ts";
import { waitFor } from "./wait.ts";

export interface Job {
  id: string;
  name: string;
  /** Flink's job status: CREATED, RUNNING, RESTARTING, FAILED, CANCELED, FINISHED and so on. */
  state: string;
  /** Milliseconds since the epoch. */
  startTime: number;
  tasks: { total: number; running: number };
}

export interface Checkpoints {
  /** How many this job has completed, without those of the job that it was restored from. */
  completed: number;
  /** The path of the latest completed checkpoint or savepoint. */
  latestPath?: string;
}

export interface Failure {
  /** Milliseconds since the epoch. */
  at: number;
  /** The root cause, on one line. */
  message: string;
}

export interface FlinkCluster {
  /** All jobs that the JobManager knows, including ended ones. */
  jobs(): Promise<Job[]>;
  /** `pipeline.global-job-parameters` of the job. */
  parameters(jobId: string): Promise<Record<string, string>>;
  checkpoints(jobId: string): Promise<Checkpoints>;
  /** Requests a checkpoint now instead of at the next interval. No error if the job cannot take one. */
  triggerCheckpoint(jobId: string): Promise<void>;
  /** The job's last failures, the newest first. */
  failures(jobId: string): Promise<Failure[]>;
  /** Requests it; the job may end later. No error if it has already ended. */
  cancel(jobId: string): Promise<void>;
  /**
   * Stops the job with a savepoint in the cluster's savepoint directory.
   *
   * @returns the savepoint's path
   * @throws Error with the reason if the job cannot take one; then it continues to run
   */
  stopWithSavepoint(jobId: string, timeoutSeconds: number): Promise<string>;
  /** Takes a savepoint of a job that continues to run. */
  savepoint(jobId: string, timeoutSeconds: number): Promise<string>;
}

const ENDED = new Set(["FAILED", "CANCELED", "FINISHED", "SUSPENDED"]);

export function hasEnded(job: Job): boolean {
  return ENDED.has(job.state);
}

interface RawCheckpoint {
  external_path?: string;
  trigger_timestamp: number;
}

interface SavepointStatus {
  status: { id: "IN_PROGRESS" | "COMPLETED" };
  operation?: { location?: string; "failure-cause"?: { "stack-trace"?: string; class?: string } };
}

export function flinkCluster(url: string): FlinkCluster {
  const http = new HttpService("Flink's JobManager", url);
  return {
    async jobs() {
      const { jobs } = await http.request<{
        jobs: { jid: string; name: string; state: string; "start-time": number; tasks: Job["tasks"] }[];
      }>("GET", "/jobs/overview");
      return jobs.map((job) => ({
        id: job.jid,
        name: job.name,
        state: job.state,
        startTime: job["start-time"],
        tasks: { total: job.tasks.total, running: job.tasks.running },
      }));
    },

    async parameters(jobId) {
      const config = await http
        .request<{ "execution-config"?: { "user-config"?: Record<string, string> } }>(
          "GET",
          `/jobs/${jobId}/config`,
        )
        .catch(absent);
      return config?.["execution-config"]?.["user-config"] ?? {};
    },

    async checkpoints(jobId) {
      const found = await http
        .request<{
          counts: { completed: number };
          latest: { completed?: RawCheckpoint | null; savepoint?: RawCheckpoint | null };
        }>("GET", `/jobs/${jobId}/checkpoints`)
        .catch(absent);
      const latest = [found?.latest.completed, found?.latest.savepoint]
        .filter((checkpoint) => checkpoint != null)
        .sort((a, b) => b.trigger_timestamp - a.trigger_timestamp)[0];
      return { completed: found?.counts.completed ?? 0, latestPath: latest?.external_path };
    },

    async triggerCheckpoint(jobId) {
      await http.request("POST", `/jobs/${jobId}/checkpoints`, {}).catch((error: unknown) => {
        if (!(error instanceof HttpError)) throw error;
      });
    },

    async failures(jobId) {
      const found = await http
        .request<{ exceptionHistory?: { entries?: { stacktrace: string; timestamp: number }[] } }>(
          "GET",
          `/jobs/${jobId}/exceptions?maxExceptions=10`,
        )
        .catch(absent);
      const entries = found?.exceptionHistory?.entries ?? [];
      return entries.map((entry) => ({ at: entry.timestamp, message: rootMessage(entry.stacktrace) }));
    },

    async cancel(jobId) {
      await http.request("PATCH", `/jobs/${jobId}?mode=cancel`).catch((error: unknown) => {
        // 409: it has already ended.
        if (!(error instanceof HttpError && error.status === 409)) return absent(error);
      });
    },

    stopWithSavepoint: (jobId, timeoutSeconds) =>
      takeSavepoint(http, jobId, "stop", { drain: false }, timeoutSeconds),

    savepoint: (jobId, timeoutSeconds) =>
      takeSavepoint(http, jobId, "savepoints", { "cancel-job": false }, timeoutSeconds),
  };
}

async function takeSavepoint(
  http: HttpService,
  jobId: string,
  how: "stop" | "savepoints",
  request: object,
  timeoutSeconds: number,
): Promise<string> {
  const trigger = await http.request<{ "request-id": string }>("POST", `/jobs/${jobId}/${how}`, request);
  return waitFor({
    what: `a savepoint of job ${jobId}`,
    timeoutSeconds,
    probe: async () => {
      const { status, operation } = await http.request<SavepointStatus>(
        "GET",
        `/jobs/${jobId}/savepoints/${trigger["request-id"]}`,
      );
      if (status.id === "IN_PROGRESS") return undefined;
      if (operation?.location) return operation.location;
      throw new Error(rootMessage(operation?.["failure-cause"]?.["stack-trace"] ?? "no reason given"));
    },
  });
}

/** The JobManager does not know the job. Any other error is thrown. */
function absent(error: unknown): undefined {
  if (error instanceof HttpError && error.status === 404) return undefined;
  throw error;
}
