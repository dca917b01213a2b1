/** Reads events of a topic, in a consumer group of its own that is removed at the end. */
import type { Consumer, Kafka } from "kafkajs";
import { removeGroup } from "./kafka-client.ts";

export interface TopicEvent {
  readonly partition: number;
  readonly offset: bigint;
  /** When Kafka received it, in milliseconds since 1970. */
  readonly time: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Offsets from `from` to before `to`, by partition. */
export type Ranges = ReadonlyMap<number, { readonly from: bigint; readonly to: bigint }>;

/** What `onEvents` returns to end the reading. */
export const END = Symbol("end");

/** @returns END, or undefined to read on */
export type OnEvents = (
  events: readonly TopicEvent[],
  partition: number,
  next: bigint,
) => typeof END | undefined;

interface ReadOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** How long it may take once the consumer is connected. */
  readonly limitMs?: number;
  /** Whether it goes on after a failure that may pass, such as a lost connection. Otherwise it fails. */
  readonly restarts: boolean;
}

/**
 * Reads the ranges. Events of aborted transactions are left out.
 *
 * @param onEvents as in `followTopic`, without events outside of the ranges
 * @returns whether all of them were read, which is not so if something else ended it
 */
export async function readRanges(options: ReadOptions, ranges: Ranges, onEvents: OnEvents): Promise<boolean> {
  const waiting = new Set(ranges.keys());
  if (waiting.size === 0) return true;
  const begin = new Map([...ranges].map(([partition, { from }]) => [partition, from]));
  await followTopic(options, begin, (events, partition, next) => {
    const range = ranges.get(partition);
    if (range === undefined) return undefined;
    const inside = events.filter(({ offset }) => offset < range.to);
    if (next >= range.to) waiting.delete(partition);
    return onEvents(inside, partition, next) === END || waiting.size === 0 ? END : undefined;
  });
  return waiting.size === 0;
}

/**
 * Reads from the given offsets until the signal is aborted or `onEvents` returns END. Events of aborted transactions are
 * left out.
 *
 * @param onEvents the events of one partition in their order, and the offset after them; possibly no event
 */
export async function followTopic(
  options: ReadOptions,
  begin: ReadonlyMap<number, bigint>,
  onEvents: OnEvents,
): Promise<void> {
  const { kafka, topic } = options;
  const groupId = `commerce-reader-${process.pid}-${Date.now()}`;
  // Short fetches: `seek` takes effect after the current one, which by default lasts five seconds.
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: false });
    await reading(consumer, options, begin, onEvents);
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await removeGroup(kafka, groupId);
  }
}

function reading(
  consumer: Consumer,
  { topic, signal, limitMs, restarts }: ReadOptions,
  begin: ReadonlyMap<number, bigint>,
  onEvents: OnEvents,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = limitMs === undefined ? undefined : AbortSignal.timeout(limitMs);
    const end = AbortSignal.any([signal, limit].filter((one) => one !== undefined));
    if (end.aborted) resolve();
    end.addEventListener("abort", () => resolve());
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!restarts || !payload.restart) reject(payload.error);
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
