import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AMOUNT_RANGE,
  CATEGORIES,
  CURRENCIES,
  EVENT_FIELDS,
  TRANSACTION_TYPES,
  type TransactionEvent,
} from "../../../producer/event.ts";
import { createGenerator } from "../../../producer/generator.ts";

const NOW = Date.UTC(2026, 1, 28, 23, 59, 59, 7);

function draw(count: number, seed?: number, nowMs = NOW): TransactionEvent[] {
  const generate = createGenerator(seed);
  return Array.from({ length: count }, () => generate(nowMs));
}

function share<T>(items: readonly T[], matches: (item: T) => boolean): number {
  return items.filter(matches).length / items.length;
}

describe("the generator", () => {
  it("generates the same events only for the same seed", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (seed, other) => {
        fc.pre(seed !== other);
        expect(draw(50, seed)).toEqual(draw(50, seed));
        expect(draw(50, seed)).not.toEqual(draw(50, other));
      }),
      { numRuns: 50 },
    );
  });

  it("takes only the date from the clock when it is seeded", () => {
    const undated = (events: TransactionEvent[]) => events.map(({ transactionDate: _, ...rest }) => rest);
    expect(undated(draw(500, 7, NOW))).toEqual(undated(draw(500, 7, NOW + 86_400_000)));
  });

  it("differs from run to run without a seed", () => {
    const merchants = (events: TransactionEvent[]) => events.map((event) => event.merchant);
    expect(merchants(draw(200))).not.toEqual(merchants(draw(200)));
  });

  it("writes exactly the fields of the contract, in its order", () => {
    for (const event of draw(500, 1)) expect(Object.keys(event)).toEqual(EVENT_FIELDS);
  });

  it("stays within the contract's values", () => {
    for (const event of draw(3_000, 2)) {
      expect(TRANSACTION_TYPES).toContain(event.transactionType);
      expect(CURRENCIES).toContain(event.currency);
      expect(CATEGORIES).toContain(event.category);
      expect(event.amount).toBeGreaterThanOrEqual(AMOUNT_RANGE.min);
      expect(event.amount).toBeLessThanOrEqual(AMOUNT_RANGE.max);
      expect(JSON.stringify(event.amount)).toMatch(/^\d+(\.\d{1,2})?$/);
      expect(event.transactionDate).toBe("2026-02-28T23:59:59.007Z");
      expect(event.location).toMatch(/^.+, .+$/);
      expect(event.merchant).not.toBe("");
    }
  });

  it("mixes types, currencies and categories as in event-values.ts", () => {
    const events = draw(50_000, 3);
    expect(Math.abs(share(events, (e) => e.transactionType === "purchase") - 0.85)).toBeLessThan(0.01);
    expect(Math.abs(share(events, (e) => e.transactionType === "refund") - 0.08)).toBeLessThan(0.01);
    expect(Math.abs(share(events, (e) => e.transactionType === "transfer") - 0.07)).toBeLessThan(0.01);
    expect(Math.abs(share(events, (e) => e.currency === "USD") - 0.5)).toBeLessThan(0.01);
    for (const category of CATEGORIES) {
      expect(share(events, (e) => e.category === category)).toBeGreaterThan(0.05);
    }
  });

  it("spreads amounts log-normally: the median is below the mean, and no values pile up at either end", () => {
    const amounts = draw(50_000, 4)
      .map((event) => event.amount)
      .sort((a, b) => a - b);
    const median = amounts[25_000] ?? 0;
    const mean = amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length;
    expect(median).toBeGreaterThan(50);
    expect(median).toBeLessThan(100);
    expect(mean).toBeGreaterThan(median * 1.2);
    expect(share(amounts, (a) => a === AMOUNT_RANGE.min)).toBeLessThan(0.001);
    expect(share(amounts, (a) => a === AMOUNT_RANGE.max)).toBeLessThan(0.001);
  });

  it("refunds an earlier purchase in full and at most once, so that no total falls below zero", () => {
    const cents = (event: TransactionEvent) => Math.round(event.amount * 100);
    const identity = (e: TransactionEvent) => [e.userId, e.merchant, e.location, cents(e)].join("|");
    const open = new Map<string, number>();
    const totals = new Map<string, number>();
    for (const event of draw(20_000, 5)) {
      if (event.transactionType === "transfer") continue;
      const sign = event.transactionType === "refund" ? -1 : 1;
      const purchases = (open.get(identity(event)) ?? 0) + sign;
      expect(purchases).toBeGreaterThanOrEqual(0);
      open.set(identity(event), purchases);
      const key = `${event.category}/${event.currency}`;
      const total = (totals.get(key) ?? 0) + sign * cents(event);
      expect(total).toBeGreaterThanOrEqual(0);
      totals.set(key, total);
    }
  });
});
