/** Reads and writes the topic with an independent Kafka client, which shares only the codecs with the product. */
import kafkajs, { type Admin, type KafkaMessage, type Message as NewMessage } from "kafkajs";
import { registerCodecs } from "../../plugins/commerce/clients/kafka-codecs.ts";
import { stopIdleTimers } from "../../producer/kafkajs-queue.ts";
import { eventually } from "../live/support/wait.ts";
import type { Message } from "./tables.ts";

const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs;

stopIdleTimers(import.meta.url);

export class Topic {
  readonly #kafka: kafkajs.Kafka;
  readonly name: string;
  readonly #messages: Message[] = [];
  /** The first offset of each partition that has not been read. */
  readonly #next = new Map<number, bigint>();

  constructor(bootstrapServers: string, name: string) {
    registerCodecs();
    this.#kafka = new Kafka({ clientId: "oracle", brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
    this.name = name;
  }

  /**
   * All messages up to the partitions' current ends, in the order of offsets within each partition; without those of
   * aborted transactions. Those of an earlier call are not read again, even if they have expired since.
   */
  async read(): Promise<Message[]> {
    const ends = await this.#withAdmin((admin) => admin.fetchTopicOffsets(this.name));
    // The topic has been created again.
    if (ends.some(({ partition, high }) => BigInt(high) < this.#nextOf(partition))) this.#forget();
    const waiting = new Map(
      ends
        .filter(({ partition, low, high }) => low !== high && this.#nextOf(partition) < BigInt(high))
        .map((end) => [end.partition, BigInt(end.high)]),
    );
    if (waiting.size > 0) {
      await this.#readTo(waiting).catch((error: unknown) => {
        this.#forget();
        throw error;
      });
    }
    for (const { partition, high } of ends) this.#next.set(partition, BigInt(high));
    return [...this.#messages];
  }

  #nextOf(partition: number): bigint {
    return this.#next.get(partition) ?? 0n;
  }

  #forget(): void {
    this.#messages.length = 0;
    this.#next.clear();
  }

  /** Adds the messages before these offsets that have not been read. */
  async #readTo(waiting: Map<number, bigint>): Promise<void> {
    const ends = new Map(waiting);
    const consumer = this.#kafka.consumer({
      groupId: `oracle-${process.pid}-${Date.now()}`,
      maxWaitTimeInMs: 100,
    });
    await consumer.connect();
    await consumer.subscribe({ topic: this.name, fromBeginning: true });
    try {
      await new Promise<void>((resolve, reject) => {
        const bound = setTimeout(
          () => reject(new Error(`${this.name}: not read to its end within 60 s`)),
          60_000,
        );
        const eachMessage = async ({ partition, message }: { partition: number; message: KafkaMessage }) => {
          const { timestamp, value } = message;
          const offset = BigInt(message.offset);
          if (offset < this.#nextOf(partition) || offset >= (ends.get(partition) ?? 0n)) return;
          this.#messages.push({ partition, offset, timestamp: Number(timestamp), value });
        };
        // The last offset of a partition may be the end of a transaction, which is not a message.
        consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
          const end = waiting.get(partition);
          if (end !== undefined && BigInt(lastOffset) + 1n >= end) waiting.delete(partition);
          if (waiting.size > 0) return;
          clearTimeout(bound);
          resolve();
        });
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
        consumer.run({ eachMessage }).catch(reject);
        for (const [partition, next] of this.#next)
          if (ends.has(partition)) consumer.seek({ topic: this.name, partition, offset: String(next) });
      });
    } finally {
      await consumer.disconnect();
    }
  }

  /** Sends messages in the given order, which is kept within each partition. */
  async send(
    messages: readonly (NewMessage & { partition: number })[],
    compression = CompressionTypes.None,
  ): Promise<void> {
    const producer = this.#kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (const batch of batches(messages))
      await producer.send({ topic: this.name, acks: -1, compression, messages: batch });
    await producer.disconnect();
  }

  /** Sends messages in a transaction, and waits until each partition shows its end to readers of committed messages. */
  async transact(messages: readonly (NewMessage & { partition: number })[], end: "commit" | "abort") {
    const transactionalId = `oracle-${process.pid}-${Date.now()}`;
    const producer = this.#kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    const sent = await transaction.send({ topic: this.name, acks: -1, messages: [...messages] });
    await transaction[end]();
    await producer.disconnect();
    const firsts = new Map(sent.map(({ partition, baseOffset }) => [partition, BigInt(baseOffset ?? -1)]));
    await this.#withAdmin((admin) => this.#transactionEnded(admin, firsts));
  }

  /**
   * The broker acknowledges the end of a transaction before it writes it to the partitions. Until then these end, for
   * readers of committed messages, where the transaction begins.
   *
   * @param firsts the transaction's first offset on each partition
   */
  async #transactionEnded(admin: Admin, firsts: ReadonlyMap<number, bigint>): Promise<void> {
    await eventually(
      "the end of the transaction",
      async () => {
        const ends = await admin.fetchTopicOffsets(this.name);
        return (
          ends.every(({ partition, high }) => BigInt(high) > (firsts.get(partition) ?? -1n)) || undefined
        );
      },
      60_000,
      50,
    );
  }

  /** From now on, a message's timestamp is set by its sender instead of the broker. */
  async takeTimesFromSenders(): Promise<void> {
    await this.#withAdmin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: ConfigResourceTypes.TOPIC,
            name: this.name,
            configEntries: [{ name: "message.timestamp.type", value: "CreateTime" }],
          },
        ],
      }),
    );
  }

  async #withAdmin<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await use(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

/** Splits messages into batches below the broker's limit of 1 MiB. A larger message gets a batch of its own. */
function batches<M extends { value: Buffer | string | null }>(messages: readonly M[]): M[][] {
  const all: M[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = (message.value?.length ?? 0) + 100;
    if (size > room) {
      all.push([]);
      room = 500_000;
    }
    all.at(-1)?.push(message);
    room -= size;
  }
  return all;
}
