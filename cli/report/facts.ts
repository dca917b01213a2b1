import type { TopicReads } from "../../facts/statement-set-outputs.ts";
import type { ContainerFacts } from "../containers.ts";
import type { FlinkJob } from "../flink-job.ts";
import type { Hint } from "../hints.ts";
import type { Project } from "../project.ts";
import { agentService } from "../services.ts";
import type { Account } from "./account.ts";
import { accountTroubles } from "./account-text.ts";
import type { TopicStorage } from "./retention.ts";

/** The producer's own counters, from the last line of its log that has some. */
export interface ProducerCounts {
  readonly sent: number;
  readonly acknowledged: number;
  readonly eventsPerSecond: number | undefined;
}

/** A part of the report, or why it is missing. */
export type Found<T> = { ok: true; value: T } | { ok: false; error: string };

/** What `status` and the end of `up` report. */
export interface StackReport {
  readonly project: Pick<Project, "name" | "stack">;
  /** Whether a Docker engine answers; without one there are no containers here. */
  readonly isDockerThere: boolean;
  readonly containers: readonly ContainerFacts[];
  /** Names of the stack's volumes. */
  readonly volumes: readonly string[];
  /** Stack outputs that are not secret. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Undefined if the stack has no such output: an `up` did not get that far. */
  readonly job: Found<FlinkJob> | undefined;
  /** The job is stopped, with a savepoint to start from. */
  readonly paused: boolean;
  /** The savepoint of the newest version that has one. */
  readonly savepoint: string | undefined;
  readonly rows: Found<Readonly<Record<string, number>>> | undefined;
  /** Undefined where Kafka or Postgres does not answer, or where the job does not count what it reads. */
  readonly account: Account | undefined;
  /** Why the account could not be made. */
  readonly accountError: string | undefined;
  readonly producer: ProducerCounts | undefined;
  /** Events in the topic past the group's committed offsets, which the job advances with each checkpoint. */
  readonly uncommitted: number | undefined;
  /** The pipeline's tables that the project's DDL declares and the database does not have. */
  readonly missingTables: readonly string[];
  /** How far back the topic reaches, and its disk; undefined where Kafka does not answer. */
  readonly storage: TopicStorage | undefined;
  /** What the job has read beyond what the topic's offsets say; undefined for a stack that has not recorded it. */
  readonly reads: TopicReads | undefined;
  /** The topic was deleted and created again since the job has read it. */
  readonly isOtherTopic: boolean;
  /** Why the topic's offsets are unknown. */
  readonly kafkaError: string | undefined;
}

export type Health = "healthy" | "unhealthy" | "absent";

/** Why the stack is not healthy; empty when it is. */
export function troubles(report: StackReport, hint: Hint): string[] {
  const { isDockerThere, containers } = report;
  if (isDockerThere && containers.length === 0) return [allGone(report, hint)];
  const found = isDockerThere ? [] : ["no Docker engine answers, so the containers are unknown"];
  for (const { name, state, health } of containers) {
    if (name.endsWith(`-${agentService}`)) continue;
    if (state !== "running") found.push(`${name} is ${state}`);
    else if (health === "unhealthy" || health === "starting") found.push(`${name} is ${health}`);
  }
  if (!report.paused) found.push(...jobTroubles(report, hint));
  if (report.isOtherTopic)
    found.push(
      `the topic is not the one that the job has read, but was created again: \`${hint("up")}\` names the ways to go on`,
    );
  if (report.rows?.ok === false) found.push(`the tables cannot be counted: ${report.rows.error}`);
  for (const table of report.missingTables)
    found.push(`table ${table} is gone: \`${hint("up")}\` creates it again`);
  if (report.account) found.push(...accountTroubles(report.account, hint));
  if (report.accountError !== undefined) found.push(`the account is unknown: ${report.accountError}`);
  if (report.kafkaError !== undefined) found.push(`the topic cannot be read: ${report.kafkaError}`);
  return found;
}

/** Without its volumes a stack can only start again empty. */
function allGone({ volumes }: StackReport, hint: Hint): string {
  return volumes.length > 0
    ? `all its containers are gone, but its volumes still exist: \`${hint("up")}\` creates the containers again and keeps the data`
    : `all its containers and volumes are gone: \`${hint("destroy", "--purge")}\` removes its state, then \`${hint("up")}\` starts again, empty`;
}

function jobTroubles({ job, outputs }: StackReport, hint: Hint): string[] {
  if (job === undefined) {
    // With an id, there was no JobManager to ask, which is reported already.
    return outputs.jobId ? [] : [`the stack has no Flink job: \`${hint("up")}\` submits it`];
  }
  if (!job.ok) return [`the state of the Flink job is unknown: ${job.error}`];
  const { state, failure } = job.value;
  if (state === "RUNNING") return [];
  return [`the Flink job is ${state}${failure === undefined ? "" : `: ${failure}`}`];
}

export function healthOf(report: StackReport, hint: Hint): Health {
  if (report.containers.length === 0 && Object.keys(report.outputs).length === 0) return "absent";
  return troubles(report, hint).length === 0 ? "healthy" : "unhealthy";
}
