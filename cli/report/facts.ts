import type { ContainerFacts } from "../containers.ts";
import type { FlinkJob } from "../flink-rest.ts";
import type { Project } from "../project.ts";
import type { Account } from "./account.ts";

/** The producer's own counters, from the last line of its log that has some. */
export interface ProducerCounts {
  readonly sent: number;
  readonly acknowledged: number;
  readonly eventsPerSecond: number | undefined;
}

/** A part of the report, or why it could not be had. */
export type Found<T> = { ok: true; value: T } | { ok: false; error: string };

/** Everything that `status` and the end of `up` tell. */
export interface StackReport {
  readonly project: Pick<Project, "name" | "stack">;
  readonly containers: readonly ContainerFacts[];
  /** Stack outputs that are no secret. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Undefined when the stack has no such output: it never came up whole. */
  readonly job: Found<FlinkJob> | undefined;
  /** The job is to wait as a savepoint. */
  readonly paused: boolean;
  /** The newest savepoint that the history of versions knows. */
  readonly savepoint: string | undefined;
  readonly rows: Found<Readonly<Record<string, number>>> | undefined;
  /** Events in against events accounted for; undefined where Kafka or Postgres does not tell. */
  readonly account: Account | undefined;
  readonly producer: ProducerCounts | undefined;
  /** Events in the topic past the group's committed offsets, which the job moves with each checkpoint. */
  readonly uncommitted: number | undefined;
}

export type Health = "healthy" | "unhealthy" | "absent";

/** Why the stack is not as it should be; empty when it is. */
export function troubles(report: StackReport): string[] {
  const found: string[] = [];
  for (const { name, state, health } of report.containers) {
    // The Agent's health is its intake's, and must never be the pipeline's.
    if (name.endsWith("-datadog-agent")) continue;
    if (state !== "running") found.push(`${name} is ${state}`);
    else if (health === "unhealthy" || health === "starting") found.push(`${name} is ${health}`);
  }
  if (!report.paused) found.push(...jobTroubles(report.job));
  if (report.rows?.ok === false) found.push(`the tables cannot be counted: ${report.rows.error}`);
  return found;
}

function jobTroubles(job: StackReport["job"]): string[] {
  if (job === undefined) return ["the stack has no Flink job: `npm start` brings it up whole"];
  if (!job.ok) return [`Flink does not tell of the job: ${job.error}`];
  const { state, failure } = job.value;
  if (state === "RUNNING") return [];
  return [`the Flink job is ${state}${failure === undefined ? "" : `: ${failure}`}`];
}

export function healthOf(report: StackReport): Health {
  if (report.containers.length === 0 && Object.keys(report.outputs).length === 0) return "absent";
  return troubles(report).length === 0 ? "healthy" : "unhealthy";
}
