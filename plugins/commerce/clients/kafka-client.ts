/** Makes kafkajs clients. */
import { Kafka, type KafkaConfig, logLevel } from "kafkajs";
import { stopIdleTimers } from "../../../producer/kafkajs-queue.ts";
import { registerCodecs } from "./kafka-codecs.ts";

stopIdleTimers(import.meta.url);

export const CONNECTION_TIMEOUT_MS = 3_000;
export const REQUEST_TIMEOUT_MS = 15_000;

/** With `logLevel` NOTHING, as every error is thrown, and timeouts for a broker that is near. */
export function kafkaClient(config: Omit<KafkaConfig, "logLevel">): Kafka {
  registerCodecs();
  return new Kafka({
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...config,
    logLevel: logLevel.NOTHING,
  });
}

/** Of a consumer that has ended. Never fails: an empty group expires by itself. */
export async function removeGroup(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } catch {
    // It expires.
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
