/** The topic that the job reads. */

import type { KafkaAdmin } from "../../clients/kafka-admin.ts";
import { REACHABLE_TIMEOUT_SECONDS } from "../../clients/unreachable.ts";
import { countExpiredEvents } from "../../topic/offsets.ts";
import type { StatementSetInputs } from "../diff.ts";
import type { Run } from "./run.ts";

/** How many events retention has deleted from the topic. No replay can count them. */
export function expiredEvents(run: Run): Promise<bigint> {
  return withKafka(run, async (kafka) => countExpiredEvents(await kafka.offsets(run.news.source.topic)));
}

/** @throws Error if a replay from the beginning would remove events from the sums */
export function refuseExpired({ source }: Pick<StatementSetInputs, "source">, expired: bigint): void {
  if (expired > 0n)
    throw new Error(
      `Topic ${source.topic} no longer has its first ${expired} events, so a replay would remove them from every table. ` +
        `Nothing was changed. Set replayFrom to a time after which a savepoint was taken, or upgradePolicy to "resume".`,
    );
}

export async function withKafka<T>(run: Run, use: (kafka: KafkaAdmin) => Promise<T>): Promise<T> {
  const { connectKafka, news, progress } = run;
  const kafka = await connectKafka(news.source.bootstrapServers, REACHABLE_TIMEOUT_SECONDS, progress.signal);
  try {
    return await use(kafka);
  } finally {
    await kafka.close();
  }
}
