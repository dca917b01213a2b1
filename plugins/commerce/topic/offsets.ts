/** How far a job is through its topic, and whether the topic is still whole. Pure. */
import type { PartitionOffsets } from "../clients/kafka-admin.ts";

/** How many events of the topic's past are deleted, so that no replay can count them; 0n if it is whole. */
export function countExpiredEvents(offsets: readonly PartitionOffsets[]): bigint {
  return offsets.reduce((sum, { earliest }) => sum + earliest, 0n);
}

/** How many events are still to be read. A partition without a committed offset is read from its beginning. */
export function lag(offsets: readonly PartitionOffsets[], committed: ReadonlyMap<number, bigint>): bigint {
  return offsets.reduce((sum, { partition, earliest, latest }) => {
    const next = committed.get(partition) ?? earliest;
    // What retention has deleted meanwhile cannot be read; what was read since the look at `latest` is no credit.
    const from = next > earliest ? next : earliest;
    return from < latest ? sum + latest - from : sum;
  }, 0n);
}
