/** Whether each event of the topic is in one of the tables that account for it. Pure. */
import type { PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";
import { count } from "../format.ts";

export interface Account {
  /** Events that the topic has ever received, by its offsets. */
  readonly eventsIn: number;
  readonly transactions: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  /** The proof's own events, whose rows it has removed again. */
  readonly proofs: number;
  /** The difference: events not processed yet, or missing. Below zero: counted more than once. */
  readonly open: number;
  readonly closes: boolean;
  /** Events that Kafka has deleted since; a job without state could not read them again. */
  readonly expired: number;
}

type Offsets = readonly Pick<PartitionOffsets, "earliest" | "latest">[];

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const endOf = (offsets: Offsets) => sum(offsets.map(({ latest }) => Number(latest)));

/**
 * @param before the topic's offsets before the rows were counted
 * @param after and afterwards: events that arrive in between are neither missing nor counted twice
 */
export function accountOf(before: Offsets, rows: Readonly<Record<string, number>>, after = before): Account {
  const { transactions = 0, duplicates = 0, dead_letters: deadLetters = 0, proof_events: proofs = 0 } = rows;
  const accounted = sum([transactions, duplicates, deadLetters, proofs]);
  const eventsIn = Math.min(Math.max(accounted, endOf(before)), endOf(after));
  const open = eventsIn - accounted;
  const expired = sum(before.map(({ earliest }) => Number(earliest)));
  return { eventsIn, transactions, duplicates, deadLetters, proofs, open, closes: open === 0, expired };
}

/** What the job is doing about events that are in no table yet. */
export type JobActivity = "running" | "paused" | "caught up";

export function accountLines(account: Account, activity: JobActivity): string[] {
  const { eventsIn, transactions, duplicates, deadLetters, proofs, expired } = account;
  const parts = [
    `${count(transactions)} transactions`,
    `${count(duplicates)} duplicates`,
    `${count(deadLetters)} dead letters`,
    ...(proofs === 0 ? [] : [`${count(proofs)} of the proof`]),
  ];
  return [
    `${count(eventsIn)} events in: ${outcome(account, activity)}`,
    `= ${parts.join(" + ")}`,
    ...(expired === 0 ? [] : [`the oldest ${count(expired)} have expired in Kafka`]),
  ];
}

function outcome({ open, closes }: Account, activity: JobActivity): string {
  if (closes) return "the account closes";
  if (open < 0) return `DOES NOT CLOSE: ${count(-open)} counted twice`;
  if (activity === "paused") return `${count(open)} wait for the job`;
  return activity === "running" ? "more to be processed" : `DOES NOT CLOSE: ${count(open)} missing`;
}
