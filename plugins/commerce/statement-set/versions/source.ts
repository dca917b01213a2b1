/** The topic that the job reads, as Kafka tells of it. */
import type { KafkaAdmin } from "../../clients/kafka-admin.ts";
import { countExpiredEvents } from "../../topic/offsets.ts";
import type { StatementSetInputs } from "../diff.ts";
import type { Run } from "./run.ts";

const PATIENCE_SECONDS = 60;

/** How many of the topic's first events retention has deleted: without them nothing gives the sums of all. */
export function expiredEvents(run: Run): Promise<bigint> {
  return withKafka(run, async (kafka) => countExpiredEvents(await kafka.offsets(run.news.source.topic)));
}

/** @throws Error if a replay from the beginning would take events out of the sums */
export function refuseExpired({ source }: Pick<StatementSetInputs, "source">, gone: bigint): void {
  if (gone > 0n)
    throw new Error(
      `Topic ${source.topic} no longer has its first ${gone} events, so a replay would take them out of every table. ` +
        `Nothing was changed. Set replayFrom to a time after which a savepoint was taken, or upgradePolicy to "resume".`,
    );
}

export async function withKafka<T>(run: Run, use: (kafka: KafkaAdmin) => Promise<T>): Promise<T> {
  const kafka = await run.connectKafka(run.news.source.bootstrapServers, PATIENCE_SECONDS);
  try {
    return await use(kafka);
  } finally {
    await kafka.close();
  }
}
