/** How far the job has read each partition. Pure. */
import { EARLIER_EVENTS } from "../../facts/pipeline.ts";
import type { TopicReads } from "../../facts/statement-set-outputs.ts";
import type { PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";
import type { TopicOffsets } from "./topic-offsets.ts";

/** What the job has read of a partition, by its own count. */
export interface PartitionRead {
  /** `EARLIER_EVENTS` is not a partition. */
  readonly partition: number;
  readonly events: number;
  /** The first offset that it has not read. */
  readonly next: bigint;
}

const greatest = (...offsets: bigint[]) => offsets.reduce((most, offset) => (offset > most ? offset : most));

/**
 * Adds partitions that the job has not counted any event of, and what it has skipped with the user's consent.
 *
 * @param isDown it has not counted all that its last checkpoint has, so the committed offsets are taken as read, too
 */
export function positionsOf(
  counted: readonly PartitionRead[],
  { partitions, committed }: Pick<TopicOffsets, "partitions" | "committed">,
  reads: TopicReads | undefined,
  { isDown }: { isDown: boolean },
): PartitionRead[] {
  const known = new Map(counted.map((one) => [one.partition, one]));
  const isOlder = known.has(EARLIER_EVENTS);
  const positions = partitions.map(({ partition, earliest, latest }) => {
    const { events = 0, next } = known.get(partition) ?? {};
    // It has counted the last events of an earlier topic, and none of this one.
    const isOfEarlierTopic = next !== undefined && next > latest;
    const committedOffset = committed.get(partition) ?? 0n;
    // All events of such a partition were read before the job counted them.
    const isUncounted = next === undefined && isOlder;
    const begin = reads ? BigInt(reads.readsFrom?.[partition] ?? 0) : next === undefined ? earliest : 0n;
    return {
      partition,
      events,
      next: greatest(
        isOfEarlierTopic ? 0n : (next ?? 0n),
        begin,
        isDown || isUncounted ? committedOffset : 0n,
      ),
    };
  });
  return [
    ...counted.filter(({ partition }) => !partitions.some((one) => one.partition === partition)),
    ...positions,
  ];
}

/** Offsets that the job has not read. Some may have no event, such as transaction markers. */
export function countUnread(read: readonly PartitionRead[], offsets: readonly PartitionOffsets[]): number {
  const next = new Map(read.map((one) => [one.partition, one.next]));
  return sum(
    offsets.map(({ partition, earliest, latest }) =>
      Number(greatest(0n, latest - greatest(earliest, next.get(partition) ?? 0n))),
    ),
  );
}

/** Offsets between what the job has read of each partition and what Kafka still has of it. */
export function countExpired(read: readonly PartitionRead[], offsets: readonly PartitionOffsets[]): number {
  const next = new Map(read.map((one) => [one.partition, one.next]));
  return sum(
    offsets.map(({ partition, earliest }) =>
      Number(greatest(0n, earliest - (next.get(partition) ?? earliest))),
    ),
  );
}

export const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
