import { HttpService } from "../../plugins/commerce/clients/http.ts";
import type { Checkpoint } from "./facts.ts";

/** Of Flink's answer, the fields that are read here. */
interface Answer {
  readonly history: readonly {
    readonly id: number;
    readonly status: string;
    readonly trigger_timestamp: number;
    readonly end_to_end_duration: number;
    readonly state_size: number;
  }[];
}

const TIMEOUT_MS = 5_000;

/** The job's last checkpoints, the newest first. @throws Error when Flink does not answer or has no such job */
export async function readCheckpoints(restUrl: string, jobId: string): Promise<Checkpoint[]> {
  const http = new HttpService("Flink's JobManager", restUrl, TIMEOUT_MS);
  const { history } = await http.request<Answer>("GET", `/jobs/${jobId}/checkpoints`);
  return history.map((checkpoint) => ({
    id: checkpoint.id,
    status: checkpoint.status,
    at: checkpoint.trigger_timestamp,
    durationMs: checkpoint.end_to_end_duration,
    bytes: checkpoint.state_size,
  }));
}
