/** Watches how events pass from Kafka to the tables. */
import { setTimeout as sleep } from "node:timers/promises";
import { connectKafka } from "../../plugins/commerce/clients/kafka-admin.ts";
import { StackTables } from "../report/table-rows.ts";
import type { Sample } from "./facts.ts";

const SECONDS = 10;
const EVERY_MS = 200;

export interface Source {
  readonly brokers: string;
  readonly topic: string;
  readonly readerUrl: string;
}

/** @throws Error when Kafka or Postgres does not answer */
export async function takeSamples(
  { brokers, topic, readerUrl }: Source,
  signal: AbortSignal,
): Promise<Sample[]> {
  const kafka = await connectKafka(brokers.split(","), 0);
  try {
    const tables = await StackTables.open(readerUrl);
    try {
      const samples: Sample[] = [];
      const end = performance.now() + SECONDS * 1000;
      while (performance.now() < end && !signal.aborted) {
        const [offsets, read] = await Promise.all([kafka.offsets(topic), tables.read()]);
        samples.push({
          at: performance.now(),
          arrived: new Map(offsets.map(({ partition, latest }) => [partition, latest])),
          written: new Map(read.map(({ partition, next }) => [partition, next])),
        });
        await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
      return samples;
    } finally {
      await tables.close().catch(() => undefined);
    }
  } finally {
    await kafka.close();
  }
}
