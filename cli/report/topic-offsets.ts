import { connectKafka, type PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";

/** A topic's offsets, and how far a group has read. */
export interface TopicOffsets {
  readonly partitions: readonly PartitionOffsets[];
  readonly committed: ReadonlyMap<number, bigint>;
}

/** @throws Error when Kafka does not answer */
export async function readOffsets(brokers: string, topic: string, group: string): Promise<TopicOffsets> {
  const kafka = await connectKafka(brokers.split(","), 0);
  try {
    const [partitions, committed] = await Promise.all([kafka.offsets(topic), kafka.committed(group, topic)]);
    return { partitions, committed };
  } finally {
    await kafka.close();
  }
}

/** Events past the committed offsets; undefined while the group has committed nothing. */
export function eventsPast({ partitions, committed }: TopicOffsets): number | undefined {
  if (committed.size === 0) return undefined;
  const past = partitions.map(({ partition, earliest, latest }) =>
    Math.max(0, Number(latest - (committed.get(partition) ?? earliest))),
  );
  return past.reduce((sum, events) => sum + events, 0);
}
