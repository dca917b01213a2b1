import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { PipelineConfig } from "../facts/config/keys.ts";
import { addressOf, CONSUMER_GROUP, SERVICES, TOPIC, USERS, writerJdbcUrl } from "../facts/pipeline.ts";
import { Datadog } from "./components/datadog.ts";
import { COUNTED_TABLES } from "./components/datadog-checks.ts";
import { DatadogMonitoring } from "./components/datadog-monitoring.ts";
import { Flink } from "./components/flink.ts";
import { jobSettings } from "./components/flink-options.ts";
import { networkReady } from "./components/host-network.ts";
import { readBaseImages } from "./components/images.ts";
import { Kafka } from "./components/kafka.ts";
import { PgAdmin } from "./components/pgadmin.ts";
import { Postgres } from "./components/postgres.ts";
import { PostgresExporter } from "./components/postgres-exporter.ts";
import { Producer } from "./components/producer.ts";
import { stackScope } from "./components/scope.ts";
import type { DatadogKeys } from "./config.ts";
import type { HostNetwork } from "./host-network.ts";
import { Schema } from "./resources/schema.ts";
import { StatementSet } from "./resources/statement-set.ts";
import { Topic } from "./resources/topic.ts";
import { readSql, renderSql } from "./sql.ts";

export interface PipelineArgs {
  config: PipelineConfig;
  /** The API key adds an Agent, the application key a dashboard and monitors. */
  datadog?: DatadogKeys;
  /**
   * What image builds have to know of this machine's network.
   * @default it has direct access, and trusts public certificate authorities only
   */
  network?: HostNetwork | undefined;
}

/**
 * The complete pipeline: services, then the topic, tables and job in them, then the producer.
 *
 * @example
 * const pipeline = new Pipeline("pipeline", { config });
 */
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
    const { scope, images } = networkReady(
      stackScope(config.startTimeout, this),
      readBaseImages(config.images),
      args.network ?? { proxies: {}, certificates: [] },
      config.images === "registry",
      this,
    );
    const own: pulumi.CustomResourceOptions = { parent: this };

    // Rendered before anything is declared, so that an error in the SQL does not leave half a pipeline.
    const ddl = readSql("sql/postgres");
    const unused = config.deduplicate ? "as-they-come" : "numbered";
    const files = readSql("sql/flink").filter(({ path }) => !path.endsWith(`-${unused}.sql`));
    const statements = renderSql(files, {
      kafkaBootstrapServers: addressOf(SERVICES.kafka),
      topic: TOPIC,
      consumerGroup: CONSUMER_GROUP,
      jdbcUrl: writerJdbcUrl(),
      earliestEventDate: config.earliestEventDate,
      latestEventDate: config.latestEventDate,
    });

    const network = new docker.Network(
      "network",
      { name: scope.prefix, labels: scope.labels },
      // Docker cannot change the labels of a network, and containers need not be replaced for them.
      { ...own, ignoreChanges: ["labels"] },
    );
    const placement = { scope, network };
    const retain = config.onDestroy === "retain";

    this.kafka = new Kafka(
      "kafka",
      {
        ...placement,
        kafkaImage: images.kafka,
        mavenImage: images.maven,
        port: config.kafkaPort,
        retain,
      },
      own,
    );
    this.postgres = new Postgres(
      "postgres",
      { ...placement, image: images.postgres, port: config.postgresPort, retain },
      own,
    );
    // The job upserts, so it reads and updates rows; it never alters a table.
    const writer = this.postgres.role(USERS.writer, ["SELECT", "INSERT", "UPDATE", "DELETE"]);
    const reader = this.postgres.role(USERS.reader, ["SELECT"]);
    this.readerUrl = this.postgres.url(reader.access.user, reader.access.password);

    this.flink = new Flink(
      "flink",
      {
        ...placement,
        image: images.flink,
        mavenImage: images.maven,
        ports: { rest: config.flinkPort, sqlGateway: config.sqlGatewayPort },
        taskManagers: config.taskManagers,
        taskManagerMemory: config.taskManagerMemory,
        parallelism: config.parallelism,
        stateBackend: config.stateBackend,
        highAvailability: config.highAvailability,
        otlpEndpoint: config.otlpEndpoint,
        retain,
        writer: writer.access,
      },
      own,
    );
    this.pgadmin = new PgAdmin(
      "pgadmin",
      { ...placement, image: images.pgadmin, port: config.pgadminPort, reader: reader.access },
      own,
    );

    // Topic, tables and job are deleted with the volume that holds them, not with the container that serves it:
    // replacing a container must not touch them, and destroy asks nothing of a server that is about to be removed.
    this.topic = new Topic(
      "topic",
      {
        bootstrapServers: [this.kafka.bootstrapServers],
        name: TOPIC,
        partitions: config.partitions,
        replicationFactor: 1,
        // The broker's timestamp decides whether an event is late, so the sender must not set it.
        config: { "message.timestamp.type": "LogAppendTime", "retention.ms": retentionOf(config) },
        allowDestructive: config.allowDestructive,
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
        startTimeoutSeconds: config.startTimeout,
        source: {
          bootstrapServers: [this.kafka.bootstrapServers],
          topic: TOPIC,
          consumerGroup: CONSUMER_GROUP,
        },
        sinkDatabase: this.postgres.connection,
        columns: schema.columns,
        topicId: this.topic.topicId,
        acceptLoss: config.acceptLoss,
      },
      {
        ...own,
        // With `retain`, the job takes a final savepoint before its cluster is removed.
        deletedWith: retain ? undefined : this.flink.state,
        dependsOn: [this.topic, schema, ...this.flink.slots],
      },
    );

    if (config.postgresExporter) {
      const { access, resources } = this.postgres.role(USERS.exporter, [], ["pg_monitor"]);
      new PostgresExporter(
        "postgres-exporter",
        { ...placement, image: images["postgres-exporter"], password: access.password },
        { ...own, dependsOn: resources },
      );
    }

    const { apiKey, appKey } = args.datadog ?? {};
    new Producer(
      "producer",
      {
        ...placement,
        nodeImage: images.node,
        bootstrapServers: this.kafka.internalBootstrapServers,
        topic: TOPIC,
        rate: config.eventsPerSecond,
        seed: config.producerSeed,
        otlpEndpoint: config.otlpEndpoint,
        reportsToDatadog: apiKey !== undefined,
      },
      // The broker does not create topics by itself.
      { ...own, dependsOn: [this.topic] },
    );

    if (apiKey) {
      const { access } = this.postgres.role(USERS.datadog, [], ["pg_monitor"]);
      this.postgres.grantSelect(USERS.datadog, access.user, COUNTED_TABLES, schema);
      new Datadog(
        "datadog",
        {
          ...placement,
          image: images.datadogAgent,
          apiKey,
          site: config.datadogSite,
          postgresPassword: access.password,
          kafkaJmxPassword: this.kafka.jmx.password,
        },
        own,
      );
      if (appKey)
        new DatadogMonitoring("datadog-monitoring", { apiKey, appKey, site: config.datadogSite }, own);
    } else {
      pulumi.log.info(
        "The stack has no Datadog Agent, because the config key datadogApiKey is not set.",
        this,
      );
    }
    this.registerOutputs({ jobId: this.job.jobId });
  }
}

/** Kafka's own default is a week. */
function retentionOf({ retentionHours }: PipelineConfig): string {
  return retentionHours === undefined ? "-1" : String(retentionHours * 3_600_000);
}
