import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { builtImage } from "./images.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer } from "./service.ts";

export interface ProducerArgs {
  scope: Scope;
  network: docker.Network;
  /** An image with Node, which the producer is built on. */
  nodeImage: string;
  /** As seen in the stack's network. */
  bootstrapServers: string;
  topic: string;
  /** Events per second. */
  rate: number;
  seed?: number;
}

/** The bundled event producer. */
export class Producer extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, args: ProducerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Producer", name, {}, opts);
    const image = builtImage(
      name,
      { scope: args.scope, context: "producer", buildArgs: { NODE_IMAGE: args.nodeImage } },
      this,
    );
    this.container = serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: "producer",
        image,
        environment: {
          KAFKA_BOOTSTRAP_SERVERS: args.bootstrapServers,
          TOPIC: args.topic,
          RATE: String(args.rate),
          ...(args.seed === undefined ? {} : { SEED: String(args.seed) }),
        },
        // The file is touched as the broker acknowledges events.
        healthCheck: "test $(( $(date +%s) - $(stat -c %Y /tmp/healthy) )) -lt 30",
        memory: 256,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
