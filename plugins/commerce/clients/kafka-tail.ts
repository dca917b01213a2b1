/** Reads the last events of a topic. */
import type { PartitionOffsets } from "./kafka-admin.ts";
import { kafkaClient } from "./kafka-client.ts";
import { END, readRanges, type TopicEvent } from "./kafka-reader.ts";

const LIMIT_MS = 8_000;

interface TopicTail {
  readonly events: readonly TopicEvent[];
  /** Whether they are all: there are no more than asked for, and reading them did not take too long. */
  readonly isComplete: boolean;
}

/**
 * Reads to the topic's end.
 *
 * @param next the offset to begin at, by partition; its oldest event by default
 * @param mostEvents after so many it stops. The offsets between them are not limited: they may have no event
 */
export async function readTail(
  brokers: string[],
  topic: string,
  next: ReadonlyMap<number, bigint>,
  offsets: readonly PartitionOffsets[],
  mostEvents: number,
): Promise<TopicTail> {
  const ranges = new Map<number, { from: bigint; to: bigint }>();
  for (const { partition, earliest, latest } of offsets) {
    const known = next.get(partition) ?? 0n;
    const from = known > earliest ? known : earliest;
    if (from < latest) ranges.set(partition, { from, to: latest });
  }
  const kafka = kafkaClient({ clientId: "commerce-tail", brokers, retry: { retries: 2 } });
  const options = { kafka, topic, limitMs: LIMIT_MS, restarts: false };
  const events: TopicEvent[] = [];
  const isComplete = await readRanges(options, ranges, (found) => {
    events.push(...found);
    return events.length > mostEvents ? END : undefined;
  });
  return { events, isComplete };
}
