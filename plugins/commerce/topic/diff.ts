/** What a change of a topic means. Pure. */
import { type ChangeTable, diffOfData } from "../../sdk/diff.ts";
import type { CheckFailure, Diff, State } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";

export interface TopicInputs {
  /** `host:port` of brokers, as seen from this process. */
  bootstrapServers: string[];
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Topic settings that differ from the broker's. Default: none. */
  config: Record<string, string>;
}

/** The topic as last observed. */
export interface TopicOutputs extends TopicInputs {
  /** Why the last look at it failed; the next update looks again. */
  unobserved?: string;
}

export const topicChanges: ChangeTable<TopicInputs> = {
  // Another way to the same cluster; the update only confirms that the topic is there.
  bootstrapServers: "update",
  name: "replace",
  partitions: "update",
  // Refused by `checkTopic`, unless someone else has changed it: then the update says so.
  replicationFactor: "update",
  config: "update",
};

/** Compares what is wanted with what was last observed, so that drift found by a refresh counts. */
export function diffTopic(olds: State<TopicInputs, TopicOutputs>, news: TopicInputs): Diff {
  const { unobserved, ...observed } = olds.outputs;
  const diff = diffOfData(topicChanges, observed, news);
  if (unobserved === undefined) return diff;
  return { ...diff, changes: true, detailed: { ...diff.detailed, unobserved: "delete" } };
}

/** @param olds what was asked for last time, if this is a change */
export function checkTopic(news: TopicInputs, olds: Partial<TopicInputs> | undefined): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const fail = (property: keyof TopicInputs, reason: string) => failures.push({ property, reason });
  const known = (value: unknown) => !containsUnknown(value);

  if (known(news.bootstrapServers) && news.bootstrapServers.length === 0)
    fail("bootstrapServers", "name at least one broker, as host:port");
  if (known(news.name) && !/^(?!\.{1,2}$)[\w.-]{1,249}$/.test(news.name))
    fail(
      "name",
      `"${news.name}" is no topic name: 1 to 249 letters, digits, dots, underscores and hyphens, not "." or ".."`,
    );
  for (const key of ["partitions", "replicationFactor"] as const) {
    if (known(news[key]) && !(Number.isInteger(news[key]) && news[key] >= 1))
      fail(key, `must be a whole number of at least 1, not ${news[key]}`);
  }
  // A change of name makes a new topic, of whatever shape.
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

export function shrinkRefused(name: string, from: number, to: number): string {
  return (
    `topic ${name} has ${from} partitions and Kafka cannot take any away (asked for ${to}). ` +
    `Set partitions to ${from}, or give the topic another name, which starts it empty.`
  );
}

export function reassignRefused(name: string, from: number, to: number): string {
  return (
    `topic ${name} has replication factor ${from}; ${to} needs a reassignment of its partitions, ` +
    `which is not done here: use kafka-reassign-partitions.sh, then set this to the new value.`
  );
}
