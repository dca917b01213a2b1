/** Whether each event that the job has read is in one of the tables that account for it. Pure. */
import type { PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";
import { countExpired, countUnread, type PartitionRead, sum } from "./positions.ts";

/** Rows of the tables in which every event has one. */
export interface AccountedRows {
  readonly transactions: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  /** The proof's own events, whose rows it has removed again. */
  readonly proofs: number;
}

/** Events that the job had not read by its count, although some of them may have their rows already. */
export interface Tail {
  readonly events: number;
  /** How many of them are before the committed offsets: a checkpoint of the job has them. */
  readonly committed: number;
  readonly rows: AccountedRows;
  /** Whether all of them were looked at. */
  readonly isComplete: boolean;
  /** When Kafka received the oldest of them, in milliseconds since 1970. */
  readonly oldest?: number;
}

/**
 * A job that is `paused` has written all rows of what it has read, in its final savepoint. One that is `down` has not:
 * it will read again what it read after its last checkpoint.
 */
export type JobActivity = "running" | "paused" | "down";

export interface Observation {
  /** Read before the rows were counted: rows of these events are there, unless they are missing. */
  readonly read: readonly PartitionRead[];
  readonly rows: AccountedRows;
  /** Read after the rows were counted. */
  readonly offsets: readonly PartitionOffsets[];
  /** What comes after `read`; undefined if it was not looked at. */
  readonly tail: Tail | undefined;
  /** Each transaction is counted once. Otherwise a second delivery replaces the row of the first one. */
  readonly deduplicates: boolean;
  readonly activity: JobActivity;
  /** Events that expired before a checkpoint had them, and that the user has accepted to lose. */
  readonly acceptedLoss: number;
}

export interface Account extends AccountedRows {
  /** Events that the job has read, and those that it has not. */
  readonly eventsIn: number;
  /** Events that the job has not read. */
  readonly unread: number;
  /** Events that the job has read and that are in no table. Below zero: rows that are too many. */
  readonly missing: number;
  /** Without de-duplication: events whose row another delivery has replaced, as far as anyone can tell. */
  readonly replaced: number;
  /** Whether these are the exact numbers. Otherwise the job is down or too far behind. */
  readonly isExact: boolean;
  /** Events without a row, read or not. */
  readonly open: number;
  /** No event that the job has read is known to be without a row, and no row to be too many. */
  readonly closes: boolean;
  /** Events that Kafka has deleted since; a job without state could not read them again. */
  readonly expired: number;
  /** Events that expired unread while the job did not run. Its next start is refused until their loss is accepted. */
  readonly lost: number;
  /** When Kafka received the oldest event that the job has not read, in milliseconds since 1970, where that is known. */
  readonly unreadSince?: number;
  /** For how many milliseconds the job has read nothing, although there are events. */
  readonly stalledMs?: number;
}

export const NO_ROWS: AccountedRows = { transactions: 0, duplicates: 0, deadLetters: 0, proofs: 0 };

export function accountOf(observation: Observation): Account {
  const { read, rows, offsets, tail, activity, deduplicates, acceptedLoss } = observation;
  const isDown = activity === "down";
  const isExact = tail?.isComplete === true && !isDown;
  const events = sum(read.map((partition) => partition.events));
  const unread = tail?.isComplete === true ? tail.events : countUnread(read, offsets);
  const expired = countExpired(read, offsets);
  const difference = isDown ? 0 : differenceOf(observation, events);
  // The job counts events shortly after it has read them, and counts those again that a checkpoint does not have. Rows
  // of events that have expired in between are not too many.
  const explained = Math.min(Math.max(0, -difference), acceptedLoss + expired);
  // Rows of events that only a later part of the tail has are not too many either.
  const withoutRow = isExact ? difference + explained : Math.max(0, difference);
  const replaced = deduplicates ? 0 : Math.max(0, withoutRow);
  const missing = withoutRow - replaced;
  // A running job never skips events: it fails.
  const lost = activity === "running" ? 0 : expired - Math.max(0, explained - acceptedLoss);
  return {
    ...without(rows, tail?.rows ?? NO_ROWS),
    eventsIn: events + unread,
    unread,
    missing,
    replaced,
    isExact,
    open: missing + unread,
    closes: missing === 0,
    expired: sum(offsets.map(({ earliest }) => Number(earliest))),
    lost,
    ...(tail?.oldest === undefined ? {} : { unreadSince: tail.oldest }),
  };
}

/** Events that were counted, less their rows. Below zero: rows that are too many. */
function differenceOf({ rows, tail, activity }: Observation, events: number): number {
  const later = tail?.rows ?? NO_ROWS;
  const atMost = events - totalOf(without(rows, later));
  if (activity === "running") return atMost;
  // A stored id may be that of a second delivery that waits in the tail.
  const atLeast = events - totalOf(without(rows, { ...later, transactions: 0, proofs: 0 }));
  return atLeast > 0 ? atLeast : Math.min(0, atMost);
}

function without(rows: AccountedRows, others: AccountedRows): AccountedRows {
  return {
    transactions: rows.transactions - others.transactions,
    duplicates: rows.duplicates - others.duplicates,
    deadLetters: rows.deadLetters - others.deadLetters,
    proofs: rows.proofs - others.proofs,
  };
}

function totalOf({ transactions, duplicates, deadLetters, proofs }: AccountedRows): number {
  return transactions + duplicates + deadLetters + proofs;
}
