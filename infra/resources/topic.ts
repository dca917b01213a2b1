import * as pulumi from "@pulumi/pulumi";
import { providerVersion } from "./version.ts";

export interface TopicArgs {
  /** `host:port` of brokers that the machine running the engine can reach. A change moves nothing: updated in place. */
  bootstrapServers: pulumi.Input<pulumi.Input<string>[]>;
  /** A change replaces the topic, and its events with it. */
  name: pulumi.Input<string>;
  /** Can grow in place; a smaller number is refused, as Kafka cannot shrink a topic. */
  partitions: pulumi.Input<number>;
  /** A change is refused: it needs a partition reassignment. */
  replicationFactor: pulumi.Input<number>;
  /** Topic settings such as `retention.ms`; one that is taken out goes back to the broker's default. */
  config?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A Kafka topic. */
export class Topic extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly partitions: pulumi.Output<number>;

  constructor(name: string, args: TopicArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "commerce:kafka:Topic",
      name,
      { config: {}, ...args },
      pulumi.mergeOptions({ version: providerVersion }, opts),
    );
  }
}
