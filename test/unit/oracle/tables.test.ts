import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TABLES as DECLARED } from "../../../facts/pipeline.ts";
import { differences } from "../../oracle/compare.ts";
import { event } from "../../oracle/corpus/entry.ts";
import { mixes } from "../../oracle/corpus/random.ts";
import { computeTables, type Message, TABLES } from "../../oracle/tables.ts";

const RECEIVED = Date.UTC(2026, 1, 1, 0, 0, 3);
const message = (offset: number, changes: Record<string, string>, partition = 0): Message => ({
  partition,
  offset: BigInt(offset),
  timestamp: RECEIVED,
  value: Buffer.from(
    event({ category: '"home"', transactionDate: '"2026-01-31T23:59:59.9999Z"', ...changes }),
  ),
});
const refund = { transactionType: '"refund"' };

/** Computed by hand. */
const messages = [
  message(0, { transactionId: '"a"', amount: "0.10" }),
  message(1, { transactionId: '"b"', amount: "0.20" }),
  message(2, { transactionId: '"c"', amount: "1000.00", ...refund }),
  message(3, { transactionId: '"a"', amount: "5" }),
  message(4, { transactionId: '"d"', amount: "1", transactionType: '"transfer"' }),
  message(5, { transactionId: '"e"', amount: "1", currency: '"USD"' }),
  message(6, { transactionId: '"f"', amount: "9999999999999999.99", category: '"x"' }),
  message(7, { transactionId: '"g"', amount: "9999999999999999.99", category: '"x"' }),
  message(8, { transactionId: '"h"', amount: "2", transactionDate: '"2026-02-01T00:00:00+00:01"' }),
  message(9, { transactionId: '"i"', amount: "2", transactionDate: '"2026-02-01T00:00:02"' }),
  message(10, { transactionId: '"proof"', category: '"proof-1"', currency: '"XTS"' }),
  message(11, { transactionId: '"z"', amount: "nope" }),
];

describe("computeTables", () => {
  it("has every table of the pipeline", () => {
    expect([...TABLES].sort()).toEqual([...DECLARED].sort());
  });

  const tables = computeTables(messages);
  const origin = (offset: number) => ({
    kafka_partition: "0",
    kafka_offset: String(offset),
    received_at: "2026-02-01 00:00:03",
  });

  it("keeps the first of each id", () => {
    expect(tables.transactions.map(({ transactionid, amount }) => [transactionid, amount])).toEqual([
      ["a", "0.10"],
      ["b", "0.20"],
      ["c", "1000.00"],
      ["d", "1.00"],
      ["e", "1.00"],
      ["f", "9999999999999999.99"],
      ["g", "9999999999999999.99"],
      ["h", "2.00"],
      ["i", "2.00"],
    ]);
    expect(tables.transactions[0]).toEqual({
      transactionid: "a",
      userid: "user-00001",
      transactiontype: "purchase",
      amount: "0.10",
      currency: "EUR",
      transactiondate: "2026-01-31 23:59:59.999",
      category: "home",
      merchant: "Maison Clio",
      location: "Málaga, Spain",
    });
    expect(tables.duplicates).toEqual([{ transactionid: "a", occurrence: "2", ...origin(3) }]);
  });

  it("counts every event of a partition, the proof's and the unusable ones included", () => {
    const [first] = messages;
    const more = first ? [...messages, { ...first, partition: 1, offset: 40n }] : [];
    const row = (partition: number, from: number, to: number, events: number) => ({
      kafka_partition: String(partition),
      first_offset: String(from),
      next_offset: String(to),
      events: String(events),
    });
    expect(computeTables(more).events_read).toEqual([row(0, 0, 12, 12), row(1, 40, 41, 1)]);
  });

  it("keeps what cannot be used, byte by byte", () => {
    const payload = `\\x${messages[11]?.value?.toString("hex")}`;
    const [letter] = tables.dead_letters;
    expect(tables.dead_letters).toEqual([{ ...origin(11), payload, reason: letter?.reason }]);
    expect(letter?.reason).toMatch(/^not JSON: unexpected byte at offset \d+$/);
  });

  it("adds up exactly, each currency apart, refunds taken off, transfers left out", () => {
    expect(tables.sales_per_category).toEqual([
      { category: "home", currency: "EUR", total_sales: "-995.70" },
      { category: "home", currency: "USD", total_sales: "1.00" },
      { category: "x", currency: "EUR", total_sales: "19999999999999999.98" },
    ]);
    expect(tables.sales_per_day).toEqual([
      { sale_day: "2026-01-31", currency: "EUR", total_sales: "19999999999999002.28" },
      { sale_day: "2026-01-31", currency: "USD", total_sales: "1.00" },
      { sale_day: "2026-02-01", currency: "EUR", total_sales: "2.00" },
    ]);
    expect(tables.sales_per_month).toEqual([
      { year_num: "2026", month_num: "1", currency: "EUR", total_sales: "19999999999999002.28" },
      { year_num: "2026", month_num: "1", currency: "USD", total_sales: "1.00" },
      { year_num: "2026", month_num: "2", currency: "EUR", total_sales: "2.00" },
    ]);
  });

  it("puts a sale into its minute, or among the late", () => {
    const minute = (
      window_end: string,
      currency: string,
      category: string,
      count: string,
      total: string,
    ) => ({
      window_end,
      currency,
      category,
      sales_count: count,
      total_sales: total,
    });
    // 00:00:00 at +00:01 is 23:59:00 in UTC: the first of that minute's milliseconds.
    expect(tables.sales_per_minute).toEqual([
      minute("2026-02-01 00:00:00", "EUR", "home", "4", "-997.70"),
      minute("2026-02-01 00:00:00", "USD", "home", "1", "1.00"),
      minute("2026-02-01 00:00:00", "EUR", "x", "2", "19999999999999999.98"),
      minute("2026-02-01 00:01:00", "EUR", "home", "1", "2.00"),
    ]);
    expect(tables.late_events).toEqual([]);
  });

  it("takes the order between partitions from what was written, if it can be true", () => {
    const one = message(7, { transactionId: '"p"', amount: "1" }, 0);
    const two = message(3, { transactionId: '"p"', amount: "2" }, 1);
    const three = message(4, { transactionId: '"p"', amount: "3" }, 1);
    const firstGiven = (...seen: [partition: string, offset: string, occurrence: string][]) =>
      computeTables(
        [one, two, three],
        seen.map(([kafka_partition, kafka_offset, occurrence]) => ({
          kafka_partition,
          kafka_offset,
          occurrence,
        })),
      ).transactions[0]?.amount;
    expect(firstGiven()).toBe("1.00");
    expect(firstGiven(["0", "7", "2"], ["1", "4", "3"])).toBe("2.00");
    expect(firstGiven(["1", "4", "2"], ["0", "7", "3"])).toBe("2.00");
    expect(firstGiven(["1", "3", "2"], ["0", "7", "3"])).toBe("1.00");
  });
});

describe("differences", () => {
  const tables = computeTables(messages);

  it("finds any single row changed, lost or added, in any table", () => {
    expect(differences(tables, structuredClone(tables))).toEqual([]);
    for (const table of TABLES.filter((name) => tables[name].length > 0)) {
      const [first, ...rest] = tables[table];
      const changed = { ...first, [Object.keys(first ?? {}).at(-1) ?? ""]: "changed" };
      expect(differences(tables, { ...tables, [table]: rest })).toHaveLength(1);
      expect(differences(tables, { ...tables, [table]: [changed, ...rest] })).toHaveLength(2);
      expect(differences(tables, { ...tables, [table]: [first, first, ...rest] })).toHaveLength(1);
    }
  });
});

describe("random mixes", () => {
  it("have something of everything, and every event is accounted for", () => {
    const sample = fc.sample(mixes(RECEIVED, 2), { numRuns: 1000, seed: 5 });
    const tables = computeTables(
      sample.map(({ value, partition }, index) => ({
        partition,
        value,
        offset: BigInt(index),
        timestamp: RECEIVED,
      })),
    );
    const { events_read, ...others } = tables;
    const { transactions, duplicates, dead_letters } = others;
    expect(transactions.length + duplicates.length + dead_letters.length).toBe(1000);
    expect(events_read.map(({ events }) => Number(events)).reduce((sum, events) => sum + events)).toBe(1000);
    for (const rows of Object.values(others)) expect(rows.length).toBeGreaterThan(20);
    expect(new Set(dead_letters.map(({ reason }) => reason?.replace(/\d+/g, "N"))).size).toBeGreaterThan(15);
  });
});
