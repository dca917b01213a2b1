import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Datadog, postgresLabels } from "./components/datadog.ts";
import { Flink, jobSettings } from "./components/flink.ts";
import { readBaseImages } from "./components/images.ts";
import { Kafka } from "./components/kafka.ts";
import { PgAdmin } from "./components/pgadmin.ts";
import { Postgres } from "./components/postgres.ts";
import { Producer } from "./components/producer.ts";
import { stackScope } from "./components/scope.ts";
import type { PipelineConfig } from "./config.ts";
import { Schema } from "./resources/schema.ts";
import { StatementSet } from "./resources/statement-set.ts";
import { Topic } from "./resources/topic.ts";
import { readSql, renderSql } from "./sql.ts";

export const TOPIC = "financial_transactions";
export const CONSUMER_GROUP = "flink_consumer_group";

export interface PipelineArgs {
  config: PipelineConfig;
  /** Given together with `config.datadog`. */
  datadogApiKey?: pulumi.Output<string>;
}

/** The whole story: services, then what lives in them (topic, tables, job), then the events. */
export class Pipeline extends pulumi.ComponentResource {
  readonly kafka: Kafka;
  readonly flink: Flink;
  readonly postgres: Postgres;
  readonly pgadmin: PgAdmin;
  readonly topic: Topic;
  readonly job: StatementSet;
  readonly readerUrl: pulumi.Output<string>;

  constructor(name: string, args: PipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Pipeline", name, {}, opts);
    const { config } = args;
    const scope = stackScope();
    const images = readBaseImages(config.images);
    const own: pulumi.CustomResourceOptions = { parent: this };

    // Read and rendered before anything is declared: a mistake in the SQL must not leave half a pipeline.
    const ddl = readSql("sql/postgres");
    const leftOut = config.deduplicate ? "as-they-come" : "numbered";
    const files = readSql("sql/flink").filter(({ path }) => !path.endsWith(`-${leftOut}.sql`));
    const statements = renderSql(files, {
      kafkaBootstrapServers: "kafka:29092",
      topic: TOPIC,
      consumerGroup: CONSUMER_GROUP,
      jdbcUrl: `jdbc:postgresql://postgres:5432/${Postgres.database}?user=flink_writer`,
      earliestEventDate: config.earliestEventDate,
      latestEventDate: config.latestEventDate,
    });

    const network = new docker.Network("network", { name: scope.prefix, labels: scope.labels }, own);
    const placed = { scope, network };
    const retain = config.onDestroy === "retain";

    this.kafka = new Kafka(
      "kafka",
      { ...placed, image: images.kafka, port: config.ports.kafka, retain },
      own,
    );
    this.postgres = new Postgres(
      "postgres",
      {
        ...placed,
        image: images.postgres,
        port: config.ports.postgres,
        retain,
        labels: postgresLabels(scope),
      },
      own,
    );
    // The job upserts, hence reads and updates; it never alters a table.
    const writer = this.postgres.role("flink_writer", ["SELECT", "INSERT", "UPDATE", "DELETE"]);
    const reader = this.postgres.role("commerce_reader", ["SELECT"]);
    this.readerUrl = this.postgres.url(reader.access.user, reader.access.password);

    this.flink = new Flink(
      "flink",
      {
        ...placed,
        image: images.flink,
        mavenImage: images.maven,
        ports: config.ports,
        taskManagers: config.taskManagers,
        taskManagerMemory: config.taskManagerMemory,
        parallelism: config.parallelism,
        stateBackend: config.stateBackend,
        highAvailability: config.highAvailability,
        retain,
        writer: writer.access,
      },
      own,
    );
    this.pgadmin = new PgAdmin(
      "pgadmin",
      { ...placed, image: images.pgadmin, port: config.ports.pgadmin, reader: reader.access },
      own,
    );

    // What lives in a volume goes with the volume, not with the container that serves it: replacing a container must
    // touch no topic, table or job, and on destroy nothing is asked of a server that is about to go.
    this.topic = new Topic(
      "topic",
      {
        bootstrapServers: [this.kafka.bootstrapServers],
        name: TOPIC,
        partitions: config.partitions,
        replicationFactor: 1,
        // When Kafka took an event says whether it is late, so that must not be left to who sends it.
        config: { "message.timestamp.type": "LogAppendTime" },
      },
      { ...own, deletedWith: this.kafka.data },
    );
    const schema = new Schema(
      "schema",
      { connection: this.postgres.connection, files: ddl, allowDestructive: config.allowDestructive },
      { ...own, deletedWith: this.postgres.data, dependsOn: [...writer.resources, ...reader.resources] },
    );
    this.job = new StatementSet(
      "job",
      {
        gatewayUrl: this.flink.gatewayUrl,
        restUrl: this.flink.restUrl,
        name: scope.prefix,
        files: statements,
        settings: jobSettings(config),
        clusterId: this.flink.clusterId,
        desiredState: config.desiredState,
        upgradePolicy: config.upgradePolicy,
        savepointTrigger: config.savepointTrigger,
        replayTrigger: config.replayTrigger,
        replayFrom: config.replayFrom,
        onDestroy: config.onDestroy,
        savepointsKept: config.savepointsKept,
        healthSeconds: config.healthSeconds,
        source: {
          bootstrapServers: [this.kafka.bootstrapServers],
          topic: TOPIC,
          consumerGroup: CONSUMER_GROUP,
        },
        catalogue: this.postgres.connection,
        columns: schema.columns,
      },
      {
        ...own,
        // With `retain`, the job takes a final savepoint before its cluster is removed.
        deletedWith: retain ? undefined : this.flink.state,
        dependsOn: [this.topic, schema, ...this.flink.taskManagers],
      },
    );

    new Producer(
      "producer",
      {
        ...placed,
        nodeImage: images.node,
        bootstrapServers: "kafka:29092",
        topic: TOPIC,
        rate: config.eventsPerSecond,
        seed: config.producerSeed,
      },
      // The topic must be there, as the broker makes none by itself.
      { ...own, dependsOn: [this.topic] },
    );

    if (config.datadog && args.datadogApiKey) {
      const monitor = this.postgres.role("datadog", [], ["pg_monitor"]);
      new Datadog(
        "datadog",
        {
          ...placed,
          image: images.datadogAgent,
          apiKey: args.datadogApiKey,
          site: config.datadog.site,
          monitor: monitor.access,
        },
        own,
      );
    } else {
      pulumi.log.info(
        "Datadog is left out: no API key (config key datadogApiKey, as a secret) is configured.",
        this,
      );
    }
    this.registerOutputs({ jobId: this.job.jobId });
  }
}
