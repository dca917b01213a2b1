import { describe, expect, it } from "vitest";
import { classify } from "../../oracle/classify.ts";
import { corpus } from "../../oracle/corpus/index.ts";
import { minutes } from "../../oracle/corpus/minutes.ts";
import { computeTables, type Message } from "../../oracle/tables.ts";

const START = Date.UTC(2026, 0, 31, 12);
const messages: Message[] = corpus.map(({ value, partition = 0 }, index) => ({
  partition,
  offset: BigInt(index),
  timestamp: START,
  value,
}));
const tables = computeTables(messages);
const atOffset = (rows: readonly Record<string, string | null>[], index: number) =>
  rows.find(({ kafka_offset }) => kafka_offset === String(index));

describe("the oracle on the corpus", () => {
  it("has enough to chew on, and nothing twice", () => {
    expect(corpus.length).toBeGreaterThan(500);
    const whats = corpus.map(({ what }) => what);
    expect(whats.filter((what, index) => whats.indexOf(what) !== index)).toEqual([]);
  });

  it("gives each event the verdict that was written down for it", () => {
    const verdicts = corpus.map(({ what, value, expected }, index) => {
      const { event, reason } = classify(value);
      const occurrence = atOffset(tables.duplicates, index)?.occurrence;
      if (event === undefined || occurrence !== undefined) return { what, got: reason ?? Number(occurrence) };
      const row =
        tables.transactions.find(({ transactionid }) => transactionid === event.transactionId) ?? {};
      const names = typeof expected === "object" ? Object.keys(expected) : [];
      return { what, got: Object.fromEntries(names.map((name) => [name, row[name]])) };
    });
    expect(verdicts).toEqual(corpus.map(({ what, expected }) => ({ what, got: expected })));
  });

  it("accounts for every event", () => {
    const { transactions, duplicates, dead_letters } = tables;
    expect(transactions.length + duplicates.length + dead_letters.length).toBe(corpus.length);
  });
});

describe("the oracle on minutes", () => {
  const sales = minutes(START);
  const timed = computeTables(
    sales.map(({ value, receivedAt }, index) => ({
      partition: 0,
      offset: BigInt(index),
      timestamp: receivedAt,
      value,
    })),
  );

  it("calls late what was received 5 s after its minute's end or more", () => {
    const got = sales.map(({ what }, index) => ({
      what,
      late: atOffset(timed.late_events, index) !== undefined,
    }));
    expect(got).toEqual(sales.map(({ what, late }) => ({ what, late })));
  });

  it("sums up what was in time", () => {
    const row = (window_end: string, sales_count: string, total_sales: string, more = {}) => ({
      window_end: `2026-01-31 ${window_end}`,
      currency: "EUR",
      category: "minutes",
      sales_count,
      total_sales,
      ...more,
    });
    expect(timed.sales_per_minute).toEqual([
      row("12:01:00", "5", "38.00"),
      row("12:02:00", "2", "20.50"),
      row("12:01:00", "1", "10.25", { category: "Minutes" }),
      row("12:01:00", "1", "10.25", { currency: "USD" }),
      row("12:05:00", "2", "20.50"),
      row("12:04:00", "1", "10.25"),
    ]);
  });
});
