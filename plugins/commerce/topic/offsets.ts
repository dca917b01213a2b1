/** Counts events of a topic by its offsets. Pure. */
import type { PartitionOffsets } from "../clients/kafka-admin.ts";

/** How many events retention has deleted, so that no replay can count them. */
export function countExpiredEvents(offsets: readonly PartitionOffsets[]): bigint {
  return offsets.reduce((sum, { earliest }) => sum + earliest, 0n);
}

/** How many events the topic still has. */
export function countEvents(offsets: readonly PartitionOffsets[]): bigint {
  return offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0n);
}

/** How many events are still to be read. A partition without a committed offset is read from its beginning. */
export function lag(offsets: readonly PartitionOffsets[], committed: ReadonlyMap<number, bigint>): bigint {
  return offsets.reduce((sum, { partition, earliest, latest }) => {
    const next = committed.get(partition) ?? earliest;
    // Deleted events cannot be read. A partition read past `latest` must not reduce the lag of another one.
    const from = next > earliest ? next : earliest;
    return from < latest ? sum + latest - from : sum;
  }, 0n);
}
