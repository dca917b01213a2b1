import type Docker from "dockerode";
import { KAFKA_DATA_DIRECTORY, SERVICES } from "../../facts/pipeline.ts";
import { connectKafka } from "../../plugins/commerce/clients/kafka-admin.ts";
import { type ContainerFacts, outputOf } from "../containers.ts";
import type { TopicShape } from "./recorded.ts";
import { DAY_MS, parseDiskUse, type TopicStorage } from "./retention.ts";

/** @throws Error when Kafka does not answer, or has no such topic */
export async function readTopic(
  brokers: string,
  topic: string,
  docker: Docker | undefined,
  containers: readonly ContainerFacts[],
): Promise<{ readonly storage: TopicStorage; readonly shape: TopicShape | undefined }> {
  const broker = containers.find(
    ({ service, state }) => service === SERVICES.kafka.name && state === "running",
  );
  const disk = docker && broker && outputOf(docker, broker.id, ["sh", "-c", diskUse(topic)]).catch(() => "");
  const kafka = await connectKafka(brokers.split(","), 0);
  try {
    const [shape, offsets, recent, oldestEvent] = await Promise.all([
      kafka.describeTopic(topic),
      kafka.offsets(topic),
      kafka.offsetsSince(topic, Date.now() - DAY_MS),
      kafka.oldestEvent(topic),
    ]);
    const count = (from: (partition: number, earliest: bigint) => bigint) =>
      offsets.reduce(
        (sum, { partition, earliest, latest }) => sum + Number(latest - from(partition, earliest)),
        0,
      );
    const storage = {
      oldestEvent,
      events: count((_, earliest) => earliest),
      eventsOfLastDay: count((partition, earliest) => recent.get(partition) ?? earliest),
      ...parseDiskUse((await disk) ?? ""),
    };
    return { storage, shape };
  } finally {
    await kafka.close();
  }
}

/** One folder for each partition. */
function diskUse(topic: string): string {
  return `cd ${KAFKA_DATA_DIRECTORY} && du -sk ${topic}-[0-9]* ; df -Pk .`;
}
