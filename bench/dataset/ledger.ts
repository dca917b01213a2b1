/** The expected tables after the benchmark's messages, in whole cents. Pure. */
import type { Message } from "./messages.ts";

/** `key parts joined with | -> cents`. */
export type Totals = Map<string, number>;

export interface Expected {
  transactions: number;
  /** A checksum: the sum of all amounts, regardless of type and currency. */
  amountCents: number;
  duplicates: number;
  deadLetters: number;
  salesPerCategory: Totals;
  salesPerDay: Totals;
  salesPerMonth: Totals;
  /** Key: end of the minute, currency, category. Without sales that came too late for their minute. */
  salesPerMinute: Totals;
}

/** A sale is in time until this long after the end of its minute. */
const LATENESS_MS = 5_000;
const SIGN = { purchase: 1, refund: -1, transfer: 0 } as const;

/** Adds up the tables of the data contract; with `each`, duplicates are counted too. */
export class Ledger {
  readonly tables: Expected = {
    transactions: 0,
    amountCents: 0,
    duplicates: 0,
    deadLetters: 0,
    salesPerCategory: new Map(),
    salesPerDay: new Map(),
    salesPerMonth: new Map(),
    salesPerMinute: new Map(),
  };
  readonly #count: "once" | "each";

  constructor(count: "once" | "each") {
    this.#count = count;
  }

  add({ kind, event, receivedMs }: Message): void {
    const { tables } = this;
    if (kind === "duplicate" && this.#count === "once") tables.duplicates++;
    if (kind !== "valid" && kind !== "duplicate") tables.deadLetters++;
    const cents = Math.round(event.amount * 100);
    if (kind === "valid") {
      tables.transactions++;
      tables.amountCents += cents;
    }
    const counts = kind === "valid" || (kind === "duplicate" && this.#count === "each");
    if (!counts || event.transactionType === "transfer") return;

    const sale = SIGN[event.transactionType] * cents;
    const { category, currency, transactionDate: date } = event;
    increase(tables.salesPerCategory, `${category}|${currency}`, sale);
    increase(tables.salesPerDay, `${date.slice(0, 10)}|${currency}`, sale);
    increase(
      tables.salesPerMonth,
      `${Number(date.slice(0, 4))}|${Number(date.slice(5, 7))}|${currency}`,
      sale,
    );
    const windowEndMs = Date.parse(`${date.slice(0, 16)}Z`) + 60_000;
    if (receivedMs >= windowEndMs + LATENESS_MS) return;
    increase(tables.salesPerMinute, `${minuteOf(windowEndMs)}|${currency}|${category}`, sale);
  }
}

/** The original's tables after the same messages: one sum over all types and currencies, with duplicates. */
export class OriginalLedger {
  /** Rows of `transactions`: every message that is JSON, once per id. */
  transactions = 0;
  /** Cents of every amount that is a number. */
  readonly perCategory: Totals = new Map();

  add({ kind, event }: Message): void {
    if (kind === "malformed") return;
    if (kind !== "duplicate") this.transactions++;
    if (kind !== "text-amount") increase(this.perCategory, event.category, Math.round(event.amount * 100));
  }
}

function increase(totals: Totals, key: string, by: number): void {
  totals.set(key, (totals.get(key) ?? 0) + by);
}

/** Text that sorts in order of time: `2026-11-01 12:35`. */
function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}
