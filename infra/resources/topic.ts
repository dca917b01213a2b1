import * as pulumi from "@pulumi/pulumi";
import { providerVersion } from "./version.ts";

export interface TopicArgs {
  /** `host:port` of brokers, as the machine that runs Pulumi reaches them. A change does not touch the topic. */
  bootstrapServers: pulumi.Input<pulumi.Input<string>[]>;
  /** A change replaces the topic with an empty one. */
  name: pulumi.Input<string>;
  /** Can grow in place. A smaller number is refused, because Kafka cannot remove partitions. */
  partitions: pulumi.Input<number>;
  /** A change is refused, because it needs a partition reassignment. */
  replicationFactor: pulumi.Input<number>;
  /**
   * Topic settings such as `retention.ms`. A setting that is removed returns to the broker's default.
   * @default the broker's settings
   */
  config?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A Kafka topic.
 *
 * @example
 * new Topic("topic", { bootstrapServers: ["127.0.0.1:9092"], name: "events", partitions: 4, replicationFactor: 1 });
 */
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
