/** Writes the benchmark's messages to a topic and computes the expected tables. */
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { type Expected, Ledger, OriginalLedger } from "./ledger.ts";
import { messages } from "./messages.ts";

export interface Dataset {
  topic: string;
  messages: number;
  /** The expected tables with each `transactionId` counted once, and with duplicates counted too. */
  once: Expected;
  each: Expected;
  original: OriginalLedger;
}

const BATCH = 2_000;

export function kafkaClient(bootstrapServers: string): Kafka {
  return new Kafka({ clientId: "bench", brokers: [bootstrapServers], logLevel: logLevel.ERROR });
}

export async function createTopic(
  kafka: Kafka,
  topic: string,
  partitions: number,
  config: Record<string, string> = {},
): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions: partitions, configEntries }],
    waitForLeaders: true,
  });
  await admin.disconnect();
}

export async function loadDataset(
  kafka: Kafka,
  topic: string,
  count: number,
  partitions: number,
): Promise<Dataset> {
  // The timestamps of the messages may be older than the broker's default retention.
  await createTopic(kafka, topic, partitions, { "retention.ms": "-1" });
  const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const once = new Ledger("once");
  const each = new Ledger("each");
  const original = new OriginalLedger();
  let batch: { key: string; value: string; timestamp: string }[] = [];
  const send = async () => {
    await producer.send({ topic, acks: -1, messages: batch });
    batch = [];
  };
  for (const message of messages(count)) {
    for (const ledger of [once, each, original]) ledger.add(message);
    batch.push({ key: message.key, value: message.value, timestamp: String(message.receivedMs) });
    if (batch.length === BATCH) await send();
  }
  if (batch.length > 0) await send();
  await producer.disconnect();
  return { topic, messages: count, once: once.tables, each: each.tables, original };
}
