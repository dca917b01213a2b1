/**
 * What the pipeline is: names, ports and limits that the program, the provider, the command line, the benchmark and
 * the tests share. It imports nothing.
 */

/** As in Pulumi.yaml. */
export const PROJECT = "commerce-pipeline";

/** Labels of everything that a stack has in Docker. */
export const LABELS = {
  project: `com.${PROJECT}.project`,
  stack: `com.${PROJECT}.stack`,
  /** The id of the state that it belongs to: the same for all checkouts that share the state. */
  owner: `com.${PROJECT}.owner`,
  /** The checkout that the state was created in. */
  folder: `com.${PROJECT}.folder`,
} as const;

export interface Service {
  /** The end of the container's name, and the host name in the stack's network. */
  readonly name: string;
  readonly title: string;
  /** The port that other services of the stack connect to. */
  readonly port?: number;
  /** Config key of the port that is published on this machine. */
  readonly portKey?: string;
  /** The port of its metrics as OpenMetrics or Prometheus text, at `/metrics`, in the stack's network only. */
  readonly metricsPort?: number;
  /** MiB resident in a small stack, as measured. */
  readonly memory: number;
  /** Memory limit of the container, in MiB; a TaskManager's follows from the configuration. */
  readonly memoryLimit?: number;
  /** Set for a service that is part of the stack only with this configuration. */
  readonly only?: { readonly key: string; readonly value: string };
}

export const SERVICES = {
  kafka: {
    name: "kafka",
    title: "Kafka",
    port: 29092,
    portKey: "kafkaPort",
    metricsPort: 9404,
    memory: 450,
    memoryLimit: 1024,
  },
  zooKeeper: {
    name: "zookeeper",
    title: "ZooKeeper",
    port: 2181,
    memory: 100,
    memoryLimit: 256,
    only: { key: "highAvailability", value: "zookeeper" },
  },
  jobManager: {
    name: "jobmanager",
    title: "Flink JobManager",
    port: 8081,
    portKey: "flinkPort",
    metricsPort: 9249,
    memory: 600,
    memoryLimit: 1152,
  },
  taskManager: {
    name: "taskmanager",
    title: "Flink TaskManager",
    metricsPort: 9249,
    memory: 1100,
  },
  sqlGateway: {
    name: "sql-gateway",
    title: "Flink SQL Gateway",
    port: 8083,
    portKey: "sqlGatewayPort",
    memory: 400,
    memoryLimit: 768,
  },
  postgres: {
    name: "postgres",
    title: "Postgres",
    port: 5432,
    portKey: "postgresPort",
    memory: 150,
    memoryLimit: 512,
  },
  postgresExporter: {
    name: "postgres-exporter",
    title: "Postgres exporter",
    metricsPort: 9187,
    memory: 10,
    memoryLimit: 64,
    only: { key: "postgresExporter", value: "true" },
  },
  pgAdmin: {
    name: "pgadmin",
    title: "pgAdmin",
    port: 5050,
    portKey: "pgadminPort",
    memory: 250,
    memoryLimit: 512,
  },
  producer: { name: "producer", title: "Producer", metricsPort: 9464, memory: 100, memoryLimit: 256 },
} as const satisfies Record<string, Service>;

/** Not one of `SERVICES`: the pipeline's health does not depend on it. */
export const DATADOG_AGENT = { name: "datadog-agent", memoryLimit: 1024, tracePort: 8126 } as const;

/** Pulumi's plugin for dashboards and monitors in Datadog; the version is that of @pulumi/datadog. */
export const DATADOG_PLUGIN = { name: "datadog", version: "5.11.0" } as const;

/** Dashboard, monitors and objective: their component, and the variable by which the command line leaves them alone. */
export const DATADOG_MONITORING = {
  type: "commerce:pipeline:DatadogMonitoring",
  leaveVariable: "COMMERCE_LEAVE_DATADOG",
} as const;

/** @param site such as `datadoghq.eu` */
export function datadogApiUrl(site: string): string {
  return `https://api.${site}`;
}

/** The broker's metrics, which Kafka offers through JMX: in the stack's network only, and with a password. */
export const KAFKA_JMX = { port: 9999, user: "monitor" } as const;

/** The stack's volumes, by the end of their names. */
export const VOLUMES = {
  postgres: "postgres-data",
  kafka: "kafka-data",
  flink: "flink-state",
  pgAdmin: "pgadmin-data",
} as const;

export const TOPIC = "financial_transactions";
export const CONSUMER_GROUP = "flink_consumer_group";

/** Where Kafka keeps its topics, in its container. */
export const KAFKA_DATA_DIRECTORY = "/var/lib/kafka/data";

/** Where Flink's processes share checkpoints, savepoints and the job's versions. */
export const STATE_DIRECTORY = "/opt/flink/state";

export const DATABASE = "kafka_commerce";

/** Roles in Postgres. */
export const USERS = {
  /** Owns the database and its tables. */
  owner: "postgres",
  /** The job writes as this one. */
  writer: "flink_writer",
  /** For people and pgAdmin. */
  reader: "commerce_reader",
  datadog: "datadog",
  exporter: "postgres_exporter",
} as const;

/** The tables that the job writes to. */
export const TABLES = [
  "transactions",
  "duplicates",
  "dead_letters",
  "sales_per_category",
  "sales_per_day",
  "sales_per_month",
  "sales_per_minute",
  "late_events",
  "events_read",
] as const;

/** How many events the job has read, by partition. Every one of them is a row of one of the tables in `ACCOUNTED_BY`. */
export const ACCOUNT_TABLE = "events_read";

/** In `ACCOUNT_TABLE`: the events that were read before the job counted them. */
export const EARLIER_EVENTS = -1;

/** The ids of the events that the command line's verification has sent and removed again. */
export const PROOF_TABLE = "proof_events";

/** The columns of a table that say where in the topic a row's event is. */
export const OFFSET_COLUMNS = { partition: "kafka_partition", offset: "kafka_offset" } as const;

/** The schema of the sinks' undo journal, which readers have no access to. */
export const SINK_SCHEMA = "commerce_sink";

/**
 * The tables that have a row for each event, with the rows that count. An id of the proof does not count while the
 * event's own row is there: a restarted job writes it again.
 */
export const ACCOUNTED_BY: Readonly<Record<string, string>> = {
  transactions: "transactions",
  duplicates: "duplicates",
  dead_letters: "dead_letters",
  [PROOF_TABLE]: `${PROOF_TABLE} WHERE transactionId NOT IN (SELECT transactionId FROM transactions WHERE currency = 'XTS')`,
};

/**
 * What is wrong with a stack's name, if anything. It is part of the names of images, for which Docker allows lower-case
 * letters, digits and single separators.
 */
export function stackNameProblem(stack: string): string | undefined {
  return /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/.test(stack)
    ? undefined
    : `stack name '${stack}': use lower-case letters and digits, separated by - _ or .`;
}

/** All names that a stack has in Docker begin with this, followed by `-` or nothing. */
export function stackPrefix(stack: string, project: string = PROJECT): string {
  return `${project}-${stack}`;
}

export function containerName(service: string, stack: string, project: string = PROJECT): string {
  return `${stackPrefix(stack, project)}-${service}`;
}

/** The first TaskManager keeps its name when others are added, so that its container is not replaced. */
export function taskManagerName(index: number): string {
  return index === 0 ? SERVICES.taskManager.name : `${SERVICES.taskManager.name}-${index + 1}`;
}

/** `host:port`, for clients in the stack's network. */
export function addressOf({ name, port }: { readonly name: string; readonly port: number }): string {
  return `${name}:${port}`;
}

/** For the job's sinks; their password is in a pgpass file. */
export function writerJdbcUrl(): string {
  return `jdbc:postgresql://${addressOf(SERVICES.postgres)}/${DATABASE}?user=${USERS.writer}`;
}
