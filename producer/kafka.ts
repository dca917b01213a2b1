import { Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import type { ProducerConfig } from "./config.ts";
import { stopIdleTimers } from "./kafkajs-queue.ts";
import { type KafkaRecord, type KafkaSession, ProducerIdLostError } from "./sender.ts";

stopIdleTimers(import.meta.url);

/**
 * kafkajs resets a partition's sequence number to 0 near 2³¹, where brokers expect it to wrap differently and refuse
 * the batch. A new producer id before that, between two batches, keeps every retry exact.
 */
const EVENTS_PER_PRODUCER_ID = 1_000_000_000;

/** After these errors a producer id is unusable: https://kafka.apache.org/protocol#protocol_error_codes */
const PRODUCER_ID_ERRORS = new Set([
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "DUPLICATE_SEQUENCE_NUMBER",
  "INVALID_PRODUCER_EPOCH",
  "INVALID_PRODUCER_ID_MAPPING",
  "UNKNOWN_PRODUCER_ID",
]);

export interface KafkaConnection extends KafkaSession {
  disconnect(): Promise<void>;
}

/** An idempotent producer with acks from all replicas in sync. It connects at the first send, and again when needed. */
export function connectKafka(config: ProducerConfig): KafkaConnection {
  const kafka = new Kafka({
    clientId: config.clientId,
    brokers: [...config.bootstrapServers],
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // Failures are thrown, and the sender logs each in one line instead of one for every inner attempt.
    logLevel: logLevel.NOTHING,
    // The sender backs off and retries forever; kafkajs requires at least one retry of its own.
    retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 500 },
  });
  let producer: Producer | undefined;
  let acknowledged = 0;

  const connected = async (): Promise<Producer> => {
    if (producer !== undefined) return producer;
    const fresh = kafka.producer({
      idempotent: true,
      // The topic is declared elsewhere, with its partitions. A mistyped name must not create another one.
      allowAutoTopicCreation: false,
      // Assigns keys to partitions as the Java client does. Without an explicit choice kafkajs logs a warning.
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    try {
      await fresh.connect();
    } catch (error) {
      await fresh.disconnect().catch(() => undefined);
      throw error;
    }
    producer = fresh;
    acknowledged = 0;
    return fresh;
  };

  const disconnect = async (): Promise<void> => {
    const old = producer;
    producer = undefined;
    await old?.disconnect().catch(() => undefined);
  };

  const send = async (batch: readonly KafkaRecord[]): Promise<void> => {
    if (acknowledged >= EVENTS_PER_PRODUCER_ID) await disconnect();
    const current = await connected();
    try {
      await current.send({ topic: config.topic, acks: -1, messages: [...batch] });
      acknowledged += batch.length;
    } catch (error) {
      if (!isProducerIdError(error)) throw error;
      await disconnect();
      throw new ProducerIdLostError(error);
    }
  };

  return { send, disconnect };
}

function isProducerIdError(error: unknown): error is Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("type" in cause && typeof cause.type === "string" && PRODUCER_ID_ERRORS.has(cause.type)) return true;
  }
  return false;
}
