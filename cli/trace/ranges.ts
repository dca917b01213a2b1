/** Which offsets of the topic are read to find an event. Pure. */
import type { PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";
import type { Ranges } from "../../plugins/commerce/clients/kafka-reader.ts";
import type { Place } from "./facts.ts";

/** Places that are closer than this are read in one go. */
const NEAR = 5_000n;

/** What is read one after the other to see the messages at known places. */
export function rangesOfPlaces(places: readonly Place[], offsets: readonly PartitionOffsets[]): Ranges[] {
  const rounds: Map<number, { from: bigint; to: bigint }>[] = [];
  for (const { partition, earliest, latest } of offsets) {
    const own = places
      .filter((place) => place.partition === partition && place.offset >= earliest && place.offset < latest)
      .map(({ offset }) => offset)
      .sort((a, b) => (a < b ? -1 : 1));
    const clusters: { from: bigint; to: bigint }[] = [];
    for (const offset of own) {
      const last = clusters.at(-1);
      if (last !== undefined && offset - last.to < NEAR) last.to = offset + 1n;
      else clusters.push({ from: offset, to: offset + 1n });
    }
    for (const [at, cluster] of clusters.entries()) {
      rounds[at] ??= new Map();
      rounds[at].set(partition, cluster);
    }
  }
  return rounds;
}

/** The rest of the topic: first what arrived since `begin`, then what is older. */
export function rangesSince(
  begin: ReadonlyMap<number, bigint>,
  offsets: readonly PartitionOffsets[],
): [since: Ranges, before: Ranges] {
  const since = new Map<number, { from: bigint; to: bigint }>();
  const before = new Map<number, { from: bigint; to: bigint }>();
  for (const { partition, earliest, latest } of offsets) {
    const start = begin.get(partition) ?? earliest;
    const from = start < earliest ? earliest : start > latest ? latest : start;
    if (from < latest) since.set(partition, { from, to: latest });
    if (earliest < from) before.set(partition, { from: earliest, to: from });
  }
  return [since, before];
}

export function sizeOf(ranges: Ranges): number {
  return [...ranges.values()].reduce((sum, { from, to }) => sum + Number(to - from), 0);
}
