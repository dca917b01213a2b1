/** Where events were stored in the topic. Pure. */
import { count } from "../format.ts";

export interface Landed {
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly events: number;
}

/** What an acknowledgement adds: `events` of one partition, the first one at `first`. */
export function addLanded(
  landed: readonly Landed[],
  partition: number,
  first: bigint,
  events: number,
): Landed[] {
  const known = landed.find((one) => one.partition === partition);
  const last = first + BigInt(events) - 1n;
  const merged: Landed = known
    ? { partition, first: known.first, last, events: known.events + events }
    : { partition, first, last, events };
  return [...landed.filter((one) => one !== known), merged].sort((a, b) => a.partition - b.partition);
}

/** `partition 0, offset 5`, `partition 2, 30 events at offsets 7 to 40`: others may have sent between them. */
export function landedLines(landed: readonly Landed[]): string[] {
  return landed.map(({ partition, first, last, events }) =>
    events === 1
      ? `partition ${partition}, offset ${first}`
      : `partition ${partition}, ${count(events)} events at offsets ${first} to ${last}`,
  );
}
