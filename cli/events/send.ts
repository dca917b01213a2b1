import { Partitioners } from "kafkajs";
import { transactionId } from "../report/topic-tail.ts";
import { addLanded, type Landed } from "./landed.ts";
import type { Line } from "./lines.ts";
import { type StackTopic, topicClient } from "./topic.ts";

/**
 * Sends each line as one event, unchanged, and in its order within a partition. The key is the transactionId, as the
 * producer's is.
 *
 * @param onSent what was acknowledged so far
 */
export async function sendLines(
  topic: StackTopic,
  batches: AsyncIterable<readonly Line[]>,
  onSent: (landed: readonly Landed[]) => void,
): Promise<void> {
  const partitions = new Map<unknown, number>();
  const producer = topicClient(topic, "commerce-events").producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    // The acknowledgement has only the first offset of each partition.
    createPartitioner: () => {
      const choose = Partitioners.DefaultPartitioner();
      return (args) => {
        const partition = choose(args);
        partitions.set(args.message, partition);
        return partition;
      };
    },
  });
  let landed: readonly Landed[] = [];
  await producer.connect();
  try {
    for await (const lines of batches) {
      partitions.clear();
      const messages = lines.map(({ bytes }) => ({ key: transactionId(bytes) ?? null, value: bytes }));
      const records = await producer.send({ topic: topic.name, acks: -1, messages });
      const chosen = messages.map((message) => partitions.get(message));
      for (const { partition, baseOffset = "0" } of records) {
        const events = chosen.filter((one) => one === partition).length;
        if (events > 0) landed = addLanded(landed, partition, BigInt(baseOffset), events);
      }
      onSent(landed);
    }
  } finally {
    await producer.disconnect();
  }
}
