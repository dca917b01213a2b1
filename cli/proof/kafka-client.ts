import { type Consumer, Partitioners } from "kafkajs";
import { kafkaClient, removeGroup } from "../../plugins/commerce/clients/kafka-client.ts";
import type { Place, TopicClient } from "./clients.ts";
import { type ProofEvent, toJson } from "./event.ts";

export interface KafkaProofClient extends TopicClient {
  close(): Promise<void>;
}

/** Sends to the topic and reads back from it, in a consumer group of its own that is removed at the end. */
export function kafkaProofClient(brokers: string, topic: string): KafkaProofClient {
  const kafka = kafkaClient({
    clientId: "commerce-proof",
    brokers: brokers.split(","),
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    // About 45 s in all.
    retry: { initialRetryTime: 200, maxRetryTime: 8_000, retries: 8 },
  });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const groupId = `commerce-proof-${process.pid}-${Date.now()}`;
  const received = new Map<string, string>();
  const key = ({ partition, offset }: Place) => `${partition}:${offset}`;
  let connected = false;
  let consumer: Consumer | undefined;
  let crash: Error | undefined;

  const follow = async (place: Place): Promise<Consumer> => {
    // Short fetches: `seek` takes effect after the current one, which by default lasts five seconds.
    const fresh = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
    try {
      fresh.on(fresh.events.CRASH, ({ payload }) => {
        crash = payload.error;
      });
      await fresh.connect();
      await fresh.subscribe({ topic, fromBeginning: false });
      await fresh.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          const at = key({ partition, offset: message.offset });
          if (at === key(place)) received.set(at, message.value?.toString("utf8") ?? "");
        },
      });
      fresh.seek({ topic, partition: place.partition, offset: place.offset });
      return fresh;
    } catch (error) {
      await fresh.disconnect().catch(() => undefined);
      throw error;
    }
  };

  return {
    async send(event: ProofEvent): Promise<Place> {
      if (!connected) await producer.connect();
      connected = true;
      const [record] = await producer.send({
        topic,
        acks: -1,
        messages: [{ key: event.transactionId, value: toJson(event) }],
      });
      if (record?.baseOffset === undefined) throw new Error(`Kafka acknowledged without an offset`);
      return { partition: record.partition, offset: record.baseOffset };
    },

    async read(place) {
      consumer ??= await follow(place);
      const value = received.get(key(place));
      if (value === undefined && crash !== undefined) throw crash;
      return value;
    },

    async close() {
      await Promise.allSettled([producer.disconnect(), consumer?.disconnect()]);
      if (consumer !== undefined) await removeGroup(kafka, groupId);
    },
  };
}
