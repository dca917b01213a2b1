import { type AccountedRows, NO_ROWS, type Observation } from "../../../cli/report/account.ts";

/** A topic of one partition that the job has read to its end. */
export function observed(
  events: number,
  rows: Partial<AccountedRows>,
  more: Partial<Observation> = {},
): Observation {
  return {
    read: [{ partition: 0, events, next: BigInt(events) }],
    rows: { ...NO_ROWS, ...rows },
    offsets: [{ partition: 0, earliest: 0n, latest: BigInt(events) }],
    tail: { events: 0, committed: 0, rows: NO_ROWS, isComplete: true },
    deduplicates: true,
    activity: "running",
    acceptedLoss: 0,
    ...more,
  };
}
