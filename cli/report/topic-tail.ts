/** Reads the events of a topic that the job has not counted yet. */
import type { KafkaMessage } from "kafkajs";
import type { PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";
import { kafkaClient } from "../../plugins/commerce/clients/kafka-client.ts";
import type { PartitionRead } from "./positions.ts";

export interface TailEvent {
  readonly partition: number;
  readonly offset: bigint;
  /** Its `transactionId`; undefined if it has none that could be in a table. */
  readonly id: string | undefined;
}

const LIMIT_MS = 8_000;

export interface TopicTail {
  readonly events: readonly TailEvent[];
  /** Whether they are all: there are no more than asked for, and reading them did not take too long. */
  readonly isComplete: boolean;
}

/**
 * Reads from where the job is to the topic's end, in a consumer group of its own that is removed at the end.
 *
 * @param mostEvents after so many it stops. The offsets between them are not limited: they may have no event
 */
export async function readTail(
  brokers: string,
  topic: string,
  read: readonly PartitionRead[],
  offsets: readonly PartitionOffsets[],
  mostEvents: number,
): Promise<TopicTail> {
  const next = new Map(read.map((partition) => [partition.partition, partition.next]));
  const waiting = new Map<number, { from: bigint; to: bigint }>();
  for (const { partition, earliest, latest } of offsets) {
    const known = next.get(partition) ?? 0n;
    const from = known > earliest ? known : earliest;
    if (from < latest) waiting.set(partition, { from, to: latest });
  }
  if (waiting.size === 0) return { events: [], isComplete: true };

  const kafka = kafkaClient({
    clientId: "commerce-status",
    brokers: brokers.split(","),
    retry: { retries: 2 },
  });
  const groupId = `commerce-status-${process.pid}-${Date.now()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const events: TailEvent[] = [];
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
        for (const { offset, value } of batch.messages) {
          const at = BigInt(offset);
          if (range && at >= range.from && at < range.to)
            events.push({ partition: batch.partition, offset: at, id: transactionId(value) });
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

/** A string that Postgres can hold: an event with any other id is a dead letter. */
export function transactionId(value: Buffer | null): string | undefined {
  try {
    const { transactionId: id } = JSON.parse(value?.toString("utf8") ?? "null") ?? {};
    return typeof id === "string" && !id.includes("\0") ? id : undefined;
  } catch {
    return undefined;
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
