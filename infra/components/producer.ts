import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { SERVICES } from "../../facts/pipeline.ts";
import { dataStreamsEnvironment } from "./data-streams.ts";
import { unifiedTags } from "./datadog-labels.ts";
import { builtImage } from "./images.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer } from "./service.ts";

export interface ProducerArgs {
  scope: Scope;
  network: docker.Network;
  /** An image with Node, which the producer's image is built on. */
  nodeImage: string;
  /** `host:port` of the broker in the stack's network. */
  bootstrapServers: string;
  topic: string;
  /** Events per second. */
  rate: number;
  /**
   * Makes the events reproducible.
   * @default they differ from run to run
   */
  seed?: number;
  /** Base URL that traces are sent to. */
  otlpEndpoint: string | undefined;
  /** Whether a Datadog Agent is in the network, which the producer then reports its data stream to. */
  reportsToDatadog: boolean;
}

const { producer } = SERVICES;

/**
 * The bundled event producer.
 *
 * @example
 * new Producer("producer", {
 *   scope, network, nodeImage, bootstrapServers: "kafka:29092", topic: "events", rate: 10, otlpEndpoint: undefined,
 *   reportsToDatadog: false,
 * });
 */
export class Producer extends pulumi.ComponentResource {
  constructor(name: string, args: ProducerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Producer", name, {}, opts);
    const image = builtImage(
      name,
      { scope: args.scope, context: "producer", buildArgs: { NODE_IMAGE: args.nodeImage } },
      this,
    );
    serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: producer.name,
        image,
        environment: {
          KAFKA_BOOTSTRAP_SERVERS: args.bootstrapServers,
          TOPIC: args.topic,
          RATE: String(args.rate),
          METRICS_PORT: String(producer.metricsPort),
          ...(args.seed === undefined ? {} : { SEED: String(args.seed) }),
          ...(args.otlpEndpoint !== undefined && {
            OTEL_EXPORTER_OTLP_ENDPOINT: args.otlpEndpoint,
            OTEL_SERVICE_NAME: `${args.scope.prefix}-${producer.name}`,
          }),
          ...(args.reportsToDatadog && dataStreamsEnvironment(unifiedTags(pulumi.getStack(), producer.name))),
        },
        // The producer touches the file when the broker acknowledges events.
        healthCheck: "test $(( $(date +%s) - $(stat -c %Y /tmp/healthy) )) -lt 30",
        memory: producer.memoryLimit,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
