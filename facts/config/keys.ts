/**
 * The keys of a stack's configuration. Pulumi.yaml's `config` section and docs/CONFIGURATION.md are generated from
 * them (`npm run generate`).
 */
import { JOB_CHOICES } from "../job-choices.ts";
import { boolean, choice, date, httpUrl, integer, number, startTime, text, type ValueType } from "./types.ts";

export interface ConfigKey<T> {
  readonly type: ValueType<T>;
  /** A key without one is optional. Pulumi.yaml cannot declare it. */
  readonly default?: T;
  /** Whether its value must be encrypted. */
  readonly isSecret?: true;
  /** One line: what the key sets. */
  readonly description: string;
  /** What a change of the key does to a running stack. */
  readonly onChange: string;
}

const port = (value: number, service: string, onChange: string) =>
  ({
    type: integer(1, 65_535),
    default: value,
    description: `Port of ${service} on 127.0.0.1`,
    onChange,
  }) as const;

const RESTARTS_JOB = "The job restarts from a savepoint.";
const CHANGES_SQL = "Changes the job's SQL, so `upgradePolicy` applies.";
const NEXT_CHANGE = "Applies to the next change of the job.";

export const CONFIG_KEYS = {
  images: {
    type: choice("registry", "local"),
    default: "registry",
    description:
      "Where images come from when the Pulumi CLI is run by hand: registry (official, by exact version) or local (built on this machine)",
    onChange:
      "Containers are replaced; their data stays. `commerce` ignores this key: it uses `--images`, and remembers the source for later runs.",
  },
  eventsPerSecond: {
    type: number(0.1, 50_000),
    default: 1,
    description: "Rate of the bundled producer, in events per second",
    onChange: "The producer's container is replaced.",
  },
  producerSeed: {
    type: integer(0, 2 ** 32 - 1),
    description:
      "Makes the producer's events the same at each start, including ids but not `transactionDate`",
    onChange: "The producer's container is replaced.",
  },
  partitions: {
    type: integer(1, 1_000),
    default: 1,
    description: "Partitions of the topic",
    onChange: "Partitions are added in place. A smaller number is refused, because Kafka cannot remove any.",
  },
  retentionHours: {
    type: integer(1, 876_000),
    description: "Hours that the topic keeps an event, at least; for ever if not set",
    onChange:
      "Changed in place. If events expire before the job has read them, the next start is refused and names them.",
  },
  parallelism: {
    type: integer(1, 128),
    default: 1,
    description: "Parallel subtasks of each of the job's operators",
    onChange: `${RESTARTS_JOB} TaskManagers whose number of slots changes are replaced.`,
  },
  taskManagers: {
    type: integer(1, 16),
    default: 1,
    description: "TaskManager containers; the task slots are spread evenly over them",
    onChange:
      "Containers are added or removed. The others are replaced only if their number of slots changes.",
  },
  taskManagerMemory: {
    // Below this, Flink's fixed parts (metaspace, overhead, network) leave no heap to work with.
    type: integer(1_024, 65_536),
    default: 1_280,
    description: "Memory of one TaskManager process, in MiB: heap, managed, network and overhead together",
    onChange: "TaskManagers are replaced; the job recovers from its last checkpoint.",
  },
  checkpointInterval: {
    type: integer(1, 3_600),
    default: 10,
    description: "Seconds between two checkpoints of the job: the most that is reprocessed after a failure",
    onChange: RESTARTS_JOB,
  },
  desiredState: {
    type: choice(...JOB_CHOICES.desiredState),
    default: "running",
    description: "Whether the job is running or paused",
    onChange: "`paused` stops the job with a savepoint; `running` resumes from it.",
  },
  upgradePolicy: {
    type: choice(...JOB_CHOICES.upgradePolicy),
    default: "resume",
    description:
      "The job's state when its SQL changes: resume (carried over, else refused), replay (tables rebuilt from the topic, shown when complete) or stateless (restarted without state)",
    onChange: NEXT_CHANGE,
  },
  acceptLoss: {
    type: text,
    description:
      "The text that a refused start names, to go on although events expired unread or the topic was recreated",
    onChange: "The refused start goes ahead. The text fits that one loss only, so it can stay.",
  },
  savepointTrigger: {
    type: text,
    description: "Any new text takes a savepoint",
    onChange: "A savepoint is taken. `npm run savepoint` sets it.",
  },
  replayTrigger: {
    type: text,
    description: "Any new text rebuilds the tables from the topic, once",
    onChange: "A replay runs; readers see the old rows until it is complete. `npm run replay` sets it.",
  },
  replayFrom: {
    type: startTime,
    default: "beginning",
    description: "Where a replay starts: the topic's beginning, or the last savepoint before a time",
    onChange: "Applies to the next replay.",
  },
  savepointsKept: {
    type: integer(1, 1_000),
    default: 5,
    description: "Savepoints of the job that are kept; older ones are deleted",
    onChange: "Applies when the next savepoint is taken.",
  },
  healthSeconds: {
    type: integer(0, 3_600),
    default: 10,
    description:
      "Seconds that a new version of the job must run without a failure; if it keeps failing, the previous version is restored",
    onChange: NEXT_CHANGE,
  },
  startTimeout: {
    type: integer(10, 3_600),
    default: 120,
    description:
      "Seconds that a container may take to become healthy, and a job to run; a late container is left running, and the next start waits for it again",
    onChange: "Applies to the next container or job that starts.",
  },
  onDestroy: {
    type: choice(...JOB_CHOICES.onDestroy),
    default: "purge",
    description:
      "What destroy leaves: purge (nothing) or retain (data and a final savepoint, which the next start resumes from)",
    onChange: "Takes effect at the next `npm start`.",
  },
  highAvailability: {
    type: choice("none", "zookeeper"),
    default: "none",
    description:
      "How the job survives the loss of its JobManager: none (the next start restarts it) or zookeeper (it recovers by itself)",
    onChange: "Flink's containers are replaced; `zookeeper` adds one more (100 MiB).",
  },
  allowDestructive: {
    type: boolean,
    default: false,
    description:
      "Whether a column or a table with rows may be dropped or narrowed, after a backup, and a topic with events deleted",
    onChange: "Applies to the next change.",
  },
  deduplicate: {
    type: boolean,
    default: true,
    description:
      "Whether a transaction that is delivered twice counts once; false is faster, for a source without duplicates",
    onChange: CHANGES_SQL,
  },
  deduplicationTtl: {
    type: number(0.1, 8_760),
    default: 24,
    description: "Hours that a transaction's id is remembered after it was last seen",
    onChange: RESTARTS_JOB,
  },
  stateBackend: {
    type: choice("hashmap", "rocksdb"),
    default: "rocksdb",
    description: "Where the job keeps its state: rocksdb (on disk, with a cache) or hashmap (on the heap)",
    onChange: `${RESTARTS_JOB} TaskManagers are replaced.`,
  },
  earliestEventDate: {
    type: date,
    default: "1970-01-01",
    description: "First valid day of an event, in UTC; an earlier event is a dead letter",
    onChange: CHANGES_SQL,
  },
  latestEventDate: {
    type: date,
    default: "2099-12-31",
    description: "Last valid day of an event, in UTC; a later event is a dead letter",
    onChange: CHANGES_SQL,
  },
  kafkaPort: port(9092, "the Kafka broker", "Kafka's container is replaced; its data stays."),
  flinkPort: port(
    8081,
    "Flink's web UI and REST API",
    "The JobManager is replaced; the job resumes from its last checkpoint.",
  ),
  sqlGatewayPort: port(8083, "the Flink SQL Gateway's REST API", "The SQL Gateway's container is replaced."),
  postgresPort: port(5432, "Postgres", "Postgres's container is replaced; its data stays."),
  pgadminPort: port(5050, "pgAdmin", "pgAdmin's container is replaced."),
  postgresExporter: {
    type: boolean,
    default: false,
    description:
      "Whether Postgres's metrics are served for Prometheus, by postgres_exporter in a container of its own",
    onChange: "The container is added or removed (10 MiB). Nothing else restarts.",
  },
  otlpEndpoint: {
    type: httpUrl,
    description:
      "Where Flink sends metrics and traces and the producer its traces, by OTLP over HTTP, as seen from the stack's network",
    onChange:
      "The containers of Flink and the producer are replaced; the job resumes from its last checkpoint.",
  },
  datadogApiKey: {
    type: text,
    isSecret: true,
    description: "API key of Datadog, set with `--secret`; without one the stack has no Agent",
    onChange:
      "The Agent is added, replaced or removed. When it is added or removed, the producer's container is replaced, too.",
  },
  datadogAppKey: {
    type: text,
    isSecret: true,
    description:
      "Application key of Datadog, set with `--secret`: adds a dashboard, monitors and an SLO; needs datadogApiKey",
    onChange: "Dashboard, monitors and SLO are added or removed. Nothing in the stack restarts.",
  },
  datadogSite: {
    type: text,
    default: "datadoghq.com",
    description: "Datadog site that the Agent reports to",
    onChange: "The Agent's container is replaced.",
  },
} as const satisfies Record<string, ConfigKey<unknown>>;

export type ConfigKeyName = keyof typeof CONFIG_KEYS;

type ValueOf<K> = K extends { type: ValueType<infer T> }
  ? K extends { default: unknown }
    ? T
    : T | undefined
  : never;

/** A stack's configuration: the value of each key. */
export type PipelineConfig = { readonly [K in ConfigKeyName]: ValueOf<(typeof CONFIG_KEYS)[K]> };

/** The keys with their entries, in the order in which they are documented. */
export function configKeys(): [ConfigKeyName, ConfigKey<unknown>][] {
  return Object.entries(CONFIG_KEYS) as [ConfigKeyName, ConfigKey<unknown>][];
}
