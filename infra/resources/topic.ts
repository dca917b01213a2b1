import * as pulumi from "@pulumi/pulumi";
import { providerVersion } from "./version.ts";

export interface TopicArgs {
  /** `host:port` of brokers, as the machine that runs Pulumi reaches them. A change does not touch the topic. */
  bootstrapServers: pulumi.Input<pulumi.Input<string>[]>;
  /** A change replaces the topic with an empty one. Refused while the topic holds events, unless `allowDestructive`. */
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
  /**
   * Whether the topic may be deleted while it holds events, or replaced by one of another name. It must be applied
   * before that change.
   * @default false
   */
  allowDestructive?: pulumi.Input<boolean>;
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
  /** Kafka's id of the topic: one that is deleted and created again has another. */
  declare readonly topicId: pulumi.Output<string>;

  constructor(name: string, args: TopicArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "commerce:kafka:Topic",
      name,
      { config: {}, ...args, topicId: undefined },
      pulumi.mergeOptions({ version: providerVersion }, opts),
    );
  }
}
