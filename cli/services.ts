/** The facts about the pipeline that the command line needs: services, volumes, tables, labels, limits. */

export interface Service {
  /** The suffix of the container's name. */
  readonly name: string;
  readonly title: string;
  /** Config key of its port on this machine. */
  readonly portKey?: string;
  /** Resident MiB in a small stack, as measured. */
  readonly memory: number;
  /** Only part of a stack with this configuration. */
  readonly only?: { readonly key: string; readonly value: string };
}

export const services: readonly Service[] = [
  { name: "kafka", title: "Kafka", portKey: "kafkaPort", memory: 450 },
  {
    name: "zookeeper",
    title: "ZooKeeper",
    memory: 100,
    only: { key: "highAvailability", value: "zookeeper" },
  },
  { name: "jobmanager", title: "Flink JobManager", portKey: "flinkPort", memory: 600 },
  { name: "taskmanager", title: "Flink TaskManager", memory: 1100 },
  { name: "sql-gateway", title: "Flink SQL Gateway", portKey: "sqlGatewayPort", memory: 400 },
  { name: "postgres", title: "Postgres", portKey: "postgresPort", memory: 150 },
  { name: "pgadmin", title: "pgAdmin", portKey: "pgadminPort", memory: 250 },
  { name: "producer", title: "Producer", memory: 100 },
];

/** The stack's volumes by the suffix of their names. `data`: a destroy names what is lost with it. */
export const volumes = [
  { suffix: "postgres-data", data: true },
  { suffix: "kafka-data", data: true },
  { suffix: "flink-state", data: true },
  { suffix: "pgadmin-data", data: false },
] as const;

/** In the order of the report; tables that users have added follow. */
export const tables = [
  "transactions",
  "duplicates",
  "dead_letters",
  "sales_per_category",
  "sales_per_day",
  "sales_per_month",
  "sales_per_minute",
  "late_events",
] as const;

/** The ids of the proof's own events, which the account counts and the report does not list. */
export const proofTable = "proof_events";

export const database = "kafka_commerce";

/** The suffix of the volume in which Postgres keeps roles and tables. */
export const postgresVolume = "postgres-data";

/** The job's consumer group. */
export const consumerGroup = "flink_consumer_group";

/** The limit of `parallelism`, as in infra/config.ts. */
export const maxParallelism = 128;

/** Config keys without a default, which Pulumi.yaml cannot declare. */
export const optionalKeys = ["producerSeed", "savepointTrigger", "replayTrigger", "datadogApiKey"] as const;

/** Config keys whose values must be encrypted. */
export const secretKeys: readonly string[] = ["datadogApiKey"];

/** Its health depends on its intake, and does not count as the pipeline's. */
export const agentService = "datadog-agent";

export const labels = {
  project: "com.commerce-pipeline.project",
  stack: "com.commerce-pipeline.stack",
} as const;

/** Service of a container name such as `commerce-pipeline-dev-taskmanager-2`. */
export function serviceOf(container: string, project: string, stack: string): string {
  const prefix = `${project}-${stack}-`;
  return container.startsWith(prefix) ? container.slice(prefix.length) : container;
}

/** `taskmanager-2` is a taskmanager. */
export function titleOf(service: string): string {
  const found = services.find(({ name }) => service === name || service.startsWith(`${name}-`));
  const number = /-(\d+)$/.exec(service)?.[1];
  return found === undefined ? service : number === undefined ? found.title : `${found.title} ${number}`;
}
