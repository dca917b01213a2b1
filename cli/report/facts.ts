import type { TopicReads } from "../../facts/statement-set-outputs.ts";
import type { ContainerFacts } from "../containers.ts";
import type { FlinkJob } from "../flink-job.ts";
import type { Project } from "../project.ts";
import type { Account } from "./account.ts";
import type { Drift } from "./drift.ts";
import type { TopicStorage } from "./retention.ts";

/** The producer's own counters, from the last line of its log that has some. */
export interface ProducerCounts {
  readonly sent: number;
  readonly acknowledged: number;
  readonly eventsPerSecond: number | undefined;
}

/** A part of the report, or why it is missing. */
export type Found<T> = { ok: true; value: T } | { ok: false; error: string };

/** Events that could not be used. */
export interface DeadLetters {
  /** With `N` for each number, so that one kind of mistake is one reason. */
  readonly reason: string;
  readonly events: number;
}

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
  /** Of the last hour, the most frequent reason first; undefined where Postgres does not answer. */
  readonly deadLetters: readonly DeadLetters[] | undefined;
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
  /** Undefined where nothing was compared with the state, as while another command changes the stack. */
  readonly drift: Drift | undefined;
  /** What the job has read beyond what the topic's offsets say; undefined for a stack that has not recorded it. */
  readonly reads: TopicReads | undefined;
  /** The topic was deleted and created again since the job has read it. */
  readonly isOtherTopic: boolean;
  /** What is wrong with the keys for Datadog, which the pipeline's health does not depend on. Only `status` asks. */
  readonly datadogProblem?: string | undefined;
  /** Why the topic's offsets are unknown. */
  readonly kafkaError: string | undefined;
}
