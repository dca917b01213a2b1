import { describe, expect, it } from "vitest";
import { Ledger, OriginalLedger } from "../../../bench/dataset/ledger.ts";
import { type Message, messages } from "../../../bench/dataset/messages.ts";

describe("messages", () => {
  const all = [...messages(20_000)];
  const share = (kind: Message["kind"]) => all.filter((message) => message.kind === kind).length / all.length;

  it("are the same on every run", () => {
    expect([...messages(500)]).toEqual(all.slice(0, 500));
  });

  it("contain 1 % duplicates and 0.5 % invalid events", () => {
    expect(share("duplicate")).toBeCloseTo(0.01, 2);
    expect(share("malformed") + share("unknown-type") + share("text-amount")).toBeCloseTo(0.005, 3);
  });

  it("repeat an earlier event exactly in a duplicate, and otherwise use each id once", () => {
    const byKey = new Map<string, string>();
    for (const { key, value, kind } of all) {
      expect(byKey.get(key), key).toBe(kind === "duplicate" ? value : undefined);
      byKey.set(key, value);
    }
  });

  it("are JSON unless they are malformed, with dates that the original can read", () => {
    for (const { value, kind } of all) {
      if (kind === "malformed") expect(() => JSON.parse(value)).toThrow();
      else expect(JSON.parse(value).transactionDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    }
  });

  it("are in order of time, from the end of one month into the next", () => {
    const times = all.map(({ receivedMs }) => receivedMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const months = new Set(all.map(({ event }) => event.transactionDate.slice(0, 7)));
    expect([...months].sort()).toEqual(["2026-10", "2026-11"]);
  });
});

describe("the ledgers", () => {
  const message = (event: Partial<Message["event"]>, rest: Partial<Message> = {}): Message => ({
    key: "k",
    value: "{}",
    kind: "valid",
    receivedMs: Date.UTC(2026, 10, 1, 12, 34, 57),
    ...rest,
    event: {
      transactionId: "k",
      userId: "u",
      transactionType: "purchase",
      amount: 10.1,
      currency: "EUR",
      transactionDate: "2026-11-01T12:34:56",
      category: "home",
      merchant: "m",
      location: "l",
      ...event,
    },
  });
  const stream = [
    message({}),
    message({ amount: 20.2 }),
    message({ amount: 0.3, transactionType: "refund" }),
    message({ amount: 5, transactionType: "transfer" }),
    message({ amount: 1, currency: "USD" }),
    message({}, { kind: "duplicate", receivedMs: Date.UTC(2026, 10, 1, 12, 35, 5) }),
    message({}, { kind: "malformed" }),
    message({}, { kind: "text-amount" }),
    message({ amount: 7 }, { kind: "unknown-type" }),
  ];

  it("count each event once, subtract refunds and keep currencies apart", () => {
    const ledger = new Ledger("once");
    for (const one of stream) ledger.add(one);
    expect(ledger.tables).toMatchObject({
      transactions: 5,
      amountCents: 1010 + 2020 + 30 + 500 + 100,
      duplicates: 1,
      deadLetters: 3,
      salesPerCategory: new Map([
        ["home|EUR", 3000],
        ["home|USD", 100],
      ]),
      salesPerDay: new Map([
        ["2026-11-01|EUR", 3000],
        ["2026-11-01|USD", 100],
      ]),
      salesPerMonth: new Map([
        ["2026|11|EUR", 3000],
        ["2026|11|USD", 100],
      ]),
      salesPerMinute: new Map([
        ["2026-11-01 12:35|EUR|home", 3000],
        ["2026-11-01 12:35|USD|home", 100],
      ]),
    });
  });

  it("count duplicates too without de-duplication, except in minutes for which they are too late", () => {
    const ledger = new Ledger("each");
    for (const one of stream) ledger.add(one);
    expect(ledger.tables.salesPerCategory.get("home|EUR")).toBe(4010);
    expect(ledger.tables.salesPerMinute.get("2026-11-01 12:35|EUR|home")).toBe(3000);
    expect(ledger.tables).toMatchObject({ transactions: 5, duplicates: 0, deadLetters: 3 });
  });

  it("compute the original's tables: one sum of everything that has an amount", () => {
    const ledger = new OriginalLedger();
    for (const one of stream) ledger.add(one);
    expect(ledger.transactions).toBe(7);
    expect(ledger.perCategory).toEqual(new Map([["home", 1010 + 2020 + 30 + 500 + 100 + 1010 + 700]]));
  });
});
