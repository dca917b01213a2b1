/** The topic that the job reads. */

import type { KafkaAdmin, PartitionOffsets } from "../../clients/kafka-admin.ts";
import { REACHABLE_TIMEOUT_SECONDS } from "../../clients/unreachable.ts";
import { countExpiredEvents } from "../../topic/offsets.ts";
import type { StatementSetInputs } from "../diff.ts";
import { currentVersion } from "./history.ts";
import { type Ledger, newLedger } from "./ledger.ts";
import type { Run } from "./run.ts";

/** Kafka's id of the topic. A run asks once, so that all its steps see the same topic. */
export function topicIdOf(run: Run): Promise<string | undefined> {
  run.topicId ??= withKafka(run, (kafka) => kafka.topicId(run.news.source.topic));
  return run.topicId;
}

export function topicOffsets(run: Run): Promise<PartitionOffsets[]> {
  return withKafka(run, (kafka) => kafka.offsets(run.news.source.topic));
}

/** The ledger of a job that starts without state. */
export async function ledgerOfStart(run: Run): Promise<Ledger | undefined> {
  const topicId = await topicIdOf(run);
  return topicId === undefined ? undefined : newLedger(topicId, await topicOffsets(run));
}

/** How many of the events that the tables account for are not in the topic any more. No replay can count them. */
export async function expiredEvents(run: Run): Promise<bigint> {
  const carried = currentVersion(run.store.history)?.ledger?.carried ?? 0;
  return countExpiredEvents(await topicOffsets(run)) + BigInt(carried);
}

/** @throws Error if a replay from the beginning would remove events from the sums */
export function refuseExpired({ source }: Pick<StatementSetInputs, "source">, expired: bigint): void {
  if (expired > 0n)
    throw new Error(
      `Topic ${source.topic} no longer has ${expired} events that the tables count, so a replay would remove them from every table. ` +
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
