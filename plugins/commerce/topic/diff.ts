/** A topic's inputs and outputs, and what a change of each input means. Pure. */
import { type ChangeTable, diffOfData } from "../../sdk/diff.ts";
import type { CheckFailure, Diff, State } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";
import type { TopicDescription } from "../clients/kafka-admin.ts";

export interface TopicInputs {
  /** `host:port` of brokers, as seen from this process. */
  bootstrapServers: string[];
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Topic settings that differ from the broker's. Default: none. */
  config: Record<string, string>;
  /** Whether the topic may be deleted, or replaced by one of another name, while it holds events. Default false. */
  allowDestructive: boolean;
}

/** The topic as last observed. */
export interface TopicOutputs extends TopicInputs {
  /** Kafka's id of the topic: one that is deleted and created again is another topic. */
  topicId?: string;
  /** Why the last refresh could not observe the topic. The next update looks again. */
  unobserved?: string;
}

export const topicChanges: ChangeTable<TopicInputs> = {
  // Another address of the same cluster: the update only confirms that the topic exists.
  bootstrapServers: "update",
  name: "replace",
  partitions: "update",
  // Refused by `checkTopic`, or by the update if somebody else changed it.
  replicationFactor: "update",
  config: "update",
  // Recorded, for a later deletion.
  allowDestructive: "update",
};

/** Compares the inputs with the topic as last observed, so that drift found by a refresh counts. */
export function diffTopic(olds: State<TopicInputs, TopicOutputs>, news: TopicInputs): Diff {
  const { unobserved, topicId: _, ...observed } = olds.outputs;
  const diff = diffOfData(topicChanges, observed, news);
  if (unobserved === undefined) return diff;
  return { ...diff, changes: true, detailed: { ...diff.detailed, unobserved: "delete" } };
}

/** @param olds the previous inputs, if there are any */
export function checkTopic(news: TopicInputs, olds: Partial<TopicInputs> | undefined): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const fail = (property: keyof TopicInputs, reason: string) => failures.push({ property, reason });
  const known = (value: unknown) => !containsUnknown(value);

  if (known(news.bootstrapServers) && news.bootstrapServers.length === 0)
    fail("bootstrapServers", "name at least one broker, as host:port");
  if (known(news.name) && !/^(?!\.{1,2}$)[\w.-]{1,249}$/.test(news.name))
    fail(
      "name",
      `"${news.name}" is not a topic name: use 1 to 249 letters, digits, dots, underscores and hyphens, not "." or ".."`,
    );
  for (const key of ["partitions", "replicationFactor"] as const) {
    if (known(news[key]) && !(Number.isInteger(news[key]) && news[key] >= 1))
      fail(key, `must be a whole number of at least 1, not ${news[key]}`);
  }
  // Another name is another topic, which may have any shape.
  if (olds && olds.name === news.name) {
    if (olds.partitions !== undefined && known(news.partitions) && news.partitions < olds.partitions)
      fail("partitions", shrinkRefused(news.name, olds.partitions, news.partitions));
    if (
      olds.replicationFactor !== undefined &&
      known(news.replicationFactor) &&
      news.replicationFactor !== olds.replicationFactor
    )
      fail("replicationFactor", reassignRefused(news.name, olds.replicationFactor, news.replicationFactor));
  }
  return failures;
}

/** What was last seen of a topic, to complete "It …". */
export function describeTopic(seen: TopicDescription | undefined): string {
  if (!seen) return "does not exist";
  const { partitions, leaderlessPartitions, config } = seen;
  return `has ${partitions} partitions, ${leaderlessPartitions} of them without a leader, and the settings ${JSON.stringify(config)}`;
}

export function deletionRefused(name: string, events: bigint): string {
  return (
    `topic ${name} holds ${events} events, which would be deleted with it. Keep it, ` +
    `or set allowDestructive to true, apply that, and then make this change.`
  );
}

export function shrinkRefused(name: string, from: number, to: number): string {
  return (
    `topic ${name} has ${from} partitions and Kafka cannot take any away (asked for ${to}). ` +
    `Set partitions to ${from}, or give the topic another name, which starts it empty.`
  );
}

export function reassignRefused(name: string, from: number, to: number): string {
  return (
    `topic ${name} has replication factor ${from}; ${to} needs a reassignment of its partitions, ` +
    `which this provider does not do: use kafka-reassign-partitions.sh, then set this to the new value.`
  );
}
