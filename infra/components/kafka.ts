import * as crypto from "node:crypto";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { pulledImage } from "./images.ts";
import type { Scope } from "./scope.ts";
import { once, serviceContainer, stackVolume } from "./service.ts";

export interface KafkaArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  /** Host port of the broker. */
  port: number;
  /** Whether its data outlives a destroy. */
  retain: boolean;
}

/** One Kafka broker in KRaft mode, broker and controller in one process. */
export class Kafka extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** Holds the topics: what lives in it outlives the container. */
  readonly data: docker.Volume;
  /** For clients on this machine. */
  readonly bootstrapServers: pulumi.Output<string>;
  /** For clients in the stack's network. */
  readonly internalBootstrapServers: pulumi.Output<string>;

  constructor(name: string, args: KafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Kafka", name, {}, opts);
    const image = pulledImage(`${name}-image`, args.image, this);
    this.data = stackVolume(`${name}-data`, args.scope, this, args.retain);

    this.container = serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: "kafka",
        image,
        ports: [{ internal: 9092, external: args.port }],
        volumes: [{ volume: this.data, path: "/var/lib/kafka/data" }],
        environment: {
          CLUSTER_ID: clusterId(args.scope.prefix),
          KAFKA_NODE_ID: "1",
          KAFKA_PROCESS_ROLES: "broker,controller",
          // A client is sent back to the address it can reach: containers to `kafka`, this machine to loopback.
          KAFKA_LISTENERS: "INTERNAL://:29092,HOST://:9092,CONTROLLER://:29093",
          KAFKA_ADVERTISED_LISTENERS: `INTERNAL://kafka:29092,HOST://127.0.0.1:${args.port}`,
          KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "INTERNAL:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
          KAFKA_INTER_BROKER_LISTENER_NAME: "INTERNAL",
          KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
          KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:29093",
          KAFKA_LOG_DIRS: "/var/lib/kafka/data",
          // The topic is declared; one that a client's typing error makes would hide the error.
          KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
          // One broker holds every internal topic.
          KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
          KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: "4",
          KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
          KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
          KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: "4",
          KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
          KAFKA_HEAP_OPTS: "-Xms256m -Xmx384m",
        },
        healthCheck: "bash -c '</dev/tcp/localhost/29092'",
        memory: 1024,
        stopGrace: 30,
      },
      { parent: this },
    );

    this.bootstrapServers = once(this.container, `127.0.0.1:${args.port}`);
    this.internalBootstrapServers = once(this.container, "kafka:29092");
    this.registerOutputs({ bootstrapServers: this.bootstrapServers });
  }
}

/**
 * A KRaft cluster id (16 bytes, base64url) that follows from the stack's name: the data volume belongs to
 * it, so it has to be the same at each start. Its first bit is cleared, as an id must not start with `-`.
 */
function clusterId(prefix: string): string {
  const bytes = crypto.createHash("sha256").update(prefix).digest().subarray(0, 16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString("base64url");
}
