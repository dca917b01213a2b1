/** Reads the last events of a topic. */
import type { KafkaMessage } from "kafkajs";
import type { PartitionOffsets } from "./kafka-admin.ts";
import { kafkaClient } from "./kafka-client.ts";

interface TailMessage {
  readonly partition: number;
  readonly offset: bigint;
  /** When Kafka received it, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly value: Buffer | null;
}

const LIMIT_MS = 8_000;

interface TopicTail {
  readonly events: readonly TailMessage[];
  /** Whether they are all: there are no more than asked for, and reading them did not take too long. */
  readonly isComplete: boolean;
}

/**
 * Reads to the topic's end, in a consumer group of its own that is removed at the end.
 *
 * @param next the offset to begin at, by partition; its oldest event by default
 * @param mostEvents after so many it stops. The offsets between them are not limited: they may have no event
 */
export async function readTail(
  brokers: string[],
  topic: string,
  next: ReadonlyMap<number, bigint>,
  offsets: readonly PartitionOffsets[],
  mostEvents: number,
): Promise<TopicTail> {
  const waiting = new Map<number, { from: bigint; to: bigint }>();
  for (const { partition, earliest, latest } of offsets) {
    const known = next.get(partition) ?? 0n;
    const from = known > earliest ? known : earliest;
    if (from < latest) waiting.set(partition, { from, to: latest });
  }
  if (waiting.size === 0) return { events: [], isComplete: true };

  const kafka = kafkaClient({
    clientId: "commerce-tail",
    brokers,
    retry: { retries: 2 },
  });
  const groupId = `commerce-tail-${process.pid}-${Date.now()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const events: TailMessage[] = [];
  const ranges = new Map(waiting);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: false });
    await new Promise<void>((resolve, reject) => {
      const bound = setTimeout(resolve, LIMIT_MS);
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      // An empty batch ends at the partition's end, too: the last offsets may be markers of transactions.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) =>
        reached(payload.partition, payload.lastOffset),
      );
      const reached = (partition: number, lastOffset: string) => {
        const range = waiting.get(partition);
        if (range && BigInt(lastOffset) + 1n >= range.to) waiting.delete(partition);
        if (waiting.size > 0 && events.length <= mostEvents) return;
        clearTimeout(bound);
        resolve();
      };
      const eachBatch = async ({ batch }: { batch: { partition: number; messages: KafkaMessage[] } }) => {
        const range = ranges.get(batch.partition);
        for (const { offset, timestamp, value } of batch.messages) {
          const at = BigInt(offset);
          if (range && at >= range.from && at < range.to)
            events.push({ partition: batch.partition, offset: at, timestamp: Number(timestamp), value });
        }
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
      for (const [partition, { from }] of ranges) consumer.seek({ topic, partition, offset: String(from) });
    });
    return { events, isComplete: waiting.size === 0 };
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await removeGroup(kafka, groupId);
  }
}

async function removeGroup(kafka: ReturnType<typeof kafkaClient>, groupId: string): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } catch {
    // An empty group expires by itself.
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
