/** Whether each event of the topic is in one of the tables that account for it. Pure. */
import { count } from "../format.ts";

export interface Account {
  /** Messages that the topic was ever given, by its offsets. */
  readonly eventsIn: number;
  readonly transactions: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  /** The proof's own events, which it has taken out of the tables again. */
  readonly proofs: number;
  /** What is left: events on their way, or missing. Below zero: counted more than once. */
  readonly open: number;
  readonly closes: boolean;
  /** Messages that Kafka has let go of since; a job without state could not read them again. */
  readonly expired: number;
}

export function accountOf(
  ends: readonly { low: string; high: string }[],
  rows: Readonly<Record<string, number>>,
): Account {
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const eventsIn = sum(ends.map(({ high }) => Number(high)));
  const { transactions = 0, duplicates = 0, dead_letters: deadLetters = 0, proof_events: proofs = 0 } = rows;
  const open = eventsIn - sum([transactions, duplicates, deadLetters, proofs]);
  const expired = sum(ends.map(({ low }) => Number(low)));
  return { eventsIn, transactions, duplicates, deadLetters, proofs, open, closes: open === 0, expired };
}

/** @param settled whether the job has read all that there is, so that nothing can be on its way */
export function accountLines(account: Account, settled: boolean): string[] {
  const { eventsIn, transactions, duplicates, deadLetters, proofs, open, closes, expired } = account;
  const parts = [
    `${count(transactions)} transactions`,
    `${count(duplicates)} duplicates`,
    `${count(deadLetters)} dead letters`,
    ...(proofs === 0 ? [] : [`${count(proofs)} of the proof`]),
  ];
  const missing = open > 0 ? `${count(open)} missing` : `${count(-open)} counted twice`;
  const rest = closes ? "the account closes" : settled ? `DOES NOT CLOSE: ${missing}` : "more on their way";
  return [
    `${count(eventsIn)} events in: ${rest}`,
    `= ${parts.join(" + ")}`,
    ...(expired === 0 ? [] : [`the oldest ${count(expired)} have expired in Kafka`]),
  ];
}
