import * as crypto from "node:crypto";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { addressOf, KAFKA_DATA_DIRECTORY, KAFKA_JMX, SERVICES } from "../../facts/pipeline.ts";
import { builtImage, imageFile } from "./images.ts";
import { SHORT_PAUSES } from "./jvm.ts";
import { type JmxAccess, jmxFiles, jmxOptions } from "./kafka-jmx.ts";
import { generatedPassword } from "./postgres.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer, stackVolume, whenHealthy } from "./service.ts";

export interface KafkaArgs {
  scope: Scope;
  network: docker.Network;
  /** Kafka's image, which the broker's is built on. */
  kafkaImage: string;
  /** An image with Maven, for the build. */
  mavenImage: string;
  /** Port of the broker on this machine. */
  port: number;
  /** Whether the topics survive a destroy. */
  retain: boolean;
}

const { kafka } = SERVICES;
/** Listener for clients on this machine, published on `args.port`. */
const HOST_LISTENER = 9092;
const CONTROLLER_LISTENER = 29093;
/** Paths in the image that kafka-metrics/ builds. The agent does work only when it is asked. */
const PROMETHEUS_AGENT = `-javaagent:/opt/prometheus/agent.jar=${kafka.metricsPort}:/opt/prometheus/metrics.yaml`;

/**
 * One Kafka broker in KRaft mode: broker and controller in one process.
 *
 * @example
 * const kafka = new Kafka("kafka", {
 *   scope, network, kafkaImage: "apache/kafka:4.3.1", mavenImage: "maven:3.9", port: 9092, retain: false,
 * });
 */
export class Kafka extends pulumi.ComponentResource {
  /** Holds the topics, which outlive the container. */
  readonly data: docker.Volume;
  /** For clients on this machine. */
  readonly bootstrapServers: pulumi.Output<string>;
  /** For clients in the stack's network. */
  readonly internalBootstrapServers = addressOf(kafka);
  /** For monitoring from within the stack's network: reads the broker's metrics. */
  readonly jmx: JmxAccess;

  constructor(name: string, args: KafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Kafka", name, {}, opts);
    const image = builtImage(
      name,
      {
        scope: args.scope,
        context: "kafka-metrics",
        buildArgs: { KAFKA_IMAGE: args.kafkaImage, MAVEN_IMAGE: args.mavenImage },
      },
      this,
    );
    this.data = stackVolume(`${name}-data`, args.scope, this, args.retain);

    this.jmx = { user: KAFKA_JMX.user, password: generatedPassword(`${name}-jmx-password`, this) };

    const container = serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: kafka.name,
        image,
        ports: [{ internal: HOST_LISTENER, external: args.port }],
        volumes: [{ volume: this.data, path: KAFKA_DATA_DIRECTORY }],
        environment: {
          CLUSTER_ID: clusterId(args.scope.prefix),
          ...listeners(this.internalBootstrapServers, args.port),
          ...STORAGE,
          KAFKA_HEAP_OPTS: "-Xms256m -Xmx384m",
          KAFKA_JVM_PERFORMANCE_OPTS: SHORT_PAUSES,
          KAFKA_OPTS: `${PROMETHEUS_AGENT} ${jmxOptions()}`,
          // The official image's default adds a log of the garbage collector, up to 1 GB of it in the container.
          EXTRA_ARGS: "-name kafkaServer",
        },
        files: [...jmxFiles(this.jmx), LOGGING],
        healthCheck: servesMetadata(),
        memory: kafka.memoryLimit,
        stopGrace: 30,
      },
      { parent: this },
    );

    this.bootstrapServers = whenHealthy(container, `127.0.0.1:${args.port}`);
    this.registerOutputs({ bootstrapServers: this.bootstrapServers });
  }
}

/** To the console only: the official image's own configuration also writes files, and never deletes one. */
const LOGGING = {
  file: "/etc/kafka/docker/log4j2.yaml",
  content: imageFile("kafka/config/log4j2.yaml"),
};

/** Each client is given the address that it can reach: `kafka` in the network, loopback on this machine. */
function listeners(internalAddress: string, hostPort: number): Record<string, string> {
  return {
    KAFKA_NODE_ID: "1",
    KAFKA_PROCESS_ROLES: "broker,controller",
    KAFKA_LISTENERS: `INTERNAL://:${kafka.port},HOST://:${HOST_LISTENER},CONTROLLER://:${CONTROLLER_LISTENER}`,
    KAFKA_ADVERTISED_LISTENERS: `INTERNAL://${internalAddress},HOST://127.0.0.1:${hostPort}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "INTERNAL:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
    KAFKA_INTER_BROKER_LISTENER_NAME: "INTERNAL",
    KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${CONTROLLER_LISTENER}`,
  };
}

/** There is one broker, so nothing can be replicated. */
const STORAGE = {
  KAFKA_LOG_DIRS: KAFKA_DATA_DIRECTORY,
  // The program declares the topic. One created by a client's typing error would hide the error.
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: "4",
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
  KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: "4",
  // Ten years. The job's offsets are committed once for a partition without events, and Kafka's default is a week.
  KAFKA_OFFSETS_RETENTION_MINUTES: String(10 * 365 * 24 * 60),
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
};

/**
 * A KRaft cluster id (16 bytes, base64url) derived from the stack's name: it must be the same at each start, because
 * the data volume belongs to it. The first bit is cleared, because an id must not start with `-`.
 */
function clusterId(prefix: string): string {
  const bytes = crypto.createHash("sha256").update(prefix).digest().subarray(0, 16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString("base64url");
}

/**
 * A health check that succeeds when the broker answers a request for metadata with at least one broker. The request is
 * Metadata, version 1, for no topic; the answer begins with its length, the request's number and the number of brokers.
 */
function servesMetadata(): string {
  const request = "\\0\\0\\0\\16\\0\\3\\0\\1\\0\\0\\0\\1\\377\\377\\0\\0\\0\\0";
  return (
    `bash -c 'exec 3<>/dev/tcp/localhost/${kafka.port} && printf "${request}" >&3 && ` +
    `[ "$(head -c 12 <&3 | tail -c 4 | od -An -tu1 | tr -d " ")" -gt 0 ]'`
  );
}
