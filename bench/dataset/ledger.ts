/** The tables as they must be after the benchmark's messages, in whole cents. Pure. */
import type { Message } from "./messages.ts";

/** `key parts joined with | -> cents`. */
export type Totals = Map<string, number>;

export interface Expected {
  transactions: number;
  /** Sum of all amounts, whatever type and currency: a check sum. */
  amountCents: number;
  duplicates: number;
  deadLetters: number;
  salesPerCategory: Totals;
  salesPerDay: Totals;
  salesPerMonth: Totals;
  /** Key: end of the minute, currency, category. Without sales that came too late for their minute. */
  salesPerMinute: Totals;
  /** When the last message was received. */
  lastReceivedMs: number;
}

/** A sale is in time until so long after its minute. */
const LATENESS_MS = 5_000;
const SIGN = { purchase: 1, refund: -1, transfer: 0 } as const;

/** Adds up what the data contract asks for; with `each`, what comes of it when duplicates are counted too. */
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
    lastReceivedMs: 0,
  };
  readonly #count: "once" | "each";

  constructor(count: "once" | "each") {
    this.#count = count;
  }

  add({ fate, event, receivedMs }: Message): void {
    const { tables } = this;
    tables.lastReceivedMs = receivedMs;
    if (fate === "duplicate" && this.#count === "once") tables.duplicates++;
    if (fate !== "valid" && fate !== "duplicate") tables.deadLetters++;
    const cents = Math.round(event.amount * 100);
    if (fate === "valid") {
      tables.transactions++;
      tables.amountCents += cents;
    }
    const counts = fate === "valid" || (fate === "duplicate" && this.#count === "each");
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

/** What the original makes of the same messages: every type and currency in one sum, duplicates twice. */
export class OriginalLedger {
  /** Rows of `transactions`: whatever is JSON, once by its id. */
  transactions = 0;
  /** Cents of every amount that is a number. */
  readonly perCategory: Totals = new Map();

  add({ fate, event }: Message): void {
    if (fate === "malformed") return;
    if (fate !== "duplicate") this.transactions++;
    if (fate !== "text-amount") increase(this.perCategory, event.category, Math.round(event.amount * 100));
  }
}

function increase(totals: Totals, key: string, by: number): void {
  totals.set(key, (totals.get(key) ?? 0) + by);
}

/** As text that sorts as time does: `2026-11-01 12:35`. */
export function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}
