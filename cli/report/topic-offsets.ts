import type { TopicReads } from "../../facts/statement-set-outputs.ts";
import type { KafkaAdmin, PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";

/** A topic's offsets, and how far a group has read. */
export interface TopicOffsets {
  /** Undefined if there is no such topic. */
  readonly topicId: string | undefined;
  readonly partitions: readonly PartitionOffsets[];
  readonly committed: ReadonlyMap<number, bigint>;
}

/** The stack's output `reads`. @returns undefined for a stack that has not recorded it */
export function readsOf({ reads }: Readonly<Record<string, unknown>>): TopicReads | undefined {
  return typeof reads === "object" && reads !== null ? (reads as TopicReads) : undefined;
}

/** @throws Error when Kafka does not answer */
export async function readOffsets(kafka: KafkaAdmin, topic: string, group: string): Promise<TopicOffsets> {
  const [topicId, partitions, committed] = await Promise.all([
    kafka.topicId(topic),
    kafka.offsets(topic),
    kafka.committed(group, topic),
  ]);
  return { topicId, partitions, committed };
}

/** Events past the committed offsets; undefined while the group has committed nothing. */
export function eventsPast({ partitions, committed }: TopicOffsets): number | undefined {
  if (committed.size === 0) return undefined;
  const past = partitions.map(({ partition, earliest, latest }) =>
    Math.max(0, Number(latest - (committed.get(partition) ?? earliest))),
  );
  return past.reduce((sum, events) => sum + events, 0);
}
