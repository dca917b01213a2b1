import type { Consumer, Kafka } from "kafkajs";
import { type StackTopic, topicClient } from "./topic.ts";

export interface TopicEvent {
  readonly partition: number;
  readonly offset: bigint;
  /** When Kafka received it, in milliseconds. */
  readonly time: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** What `onEvents` returns to end the reading. */
export const END = Symbol("end");

/**
 * Reads on from the given offsets until `signal` is aborted or `onEvents` returns END, in a consumer group of its own that
 * is removed at the end. Events of aborted transactions are left out.
 *
 * @param onEvents the events of one partition in their order, and the offset behind them; possibly no event
 */
export async function followTopic(
  topic: StackTopic,
  begin: ReadonlyMap<number, bigint>,
  signal: AbortSignal,
  onEvents: (events: readonly TopicEvent[], partition: number, next: bigint) => typeof END | undefined,
): Promise<void> {
  const kafka = topicClient(topic, "commerce-events");
  const groupId = `commerce-events-${process.pid}-${Date.now()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200, allowAutoTopicCreation: false });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: topic.name, fromBeginning: false });
    await reading(consumer, topic.name, begin, signal, onEvents);
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await removeGroup(kafka, groupId);
  }
}

function reading(
  consumer: Consumer,
  topic: string,
  begin: ReadonlyMap<number, bigint>,
  signal: AbortSignal,
  onEvents: Parameters<typeof followTopic>[3],
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    // An empty batch also moves on: the offsets in it may be markers of transactions.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      const next = BigInt(payload.lastOffset) + 1n;
      if (onEvents([], payload.partition, next) === END) resolve();
    });
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch: { partition, messages } }) => {
          const from = begin.get(partition) ?? 0n;
          const events = messages
            .map(({ offset, timestamp, key, value }) => ({
              partition,
              offset: BigInt(offset),
              time: Number(timestamp),
              key,
              value,
            }))
            .filter(({ offset }) => offset >= from);
          const last = events.at(-1);
          if (last && onEvents(events, partition, last.offset + 1n) === END) resolve();
        },
      })
      .catch(reject);
    for (const [partition, offset] of begin) consumer.seek({ topic, partition, offset: String(offset) });
  });
}

async function removeGroup(kafka: Kafka, groupId: string): Promise<void> {
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
