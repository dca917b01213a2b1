import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_LAG_MS, Pacer } from "../../../producer/pacer.ts";

const NO_MAXIMUM = Number.POSITIVE_INFINITY;

/** Advances the clock in uneven steps, none longer than the pacer catches up with. */
function countAfter(rate: number, durationMs: number, stepMs: (i: number) => number): number {
  const startMs = 12_345.678;
  const pacer = new Pacer(rate, startMs);
  let count = 0;
  for (let t = 0, i = 0; t < durationMs; i++) {
    count += pacer.take(startMs + t, NO_MAXIMUM);
    t = Math.min(durationMs, t + stepMs(i));
  }
  return count + pacer.take(startMs + durationMs, NO_MAXIMUM);
}

describe("the pacer", () => {
  it.each([0.1, 0.3, 1, 3, 7.7, 60, 200, 999.9, 1_000, 10_000, 33_333, 50_000])(
    "keeps %d events/s to the event over an hour of uneven ticks",
    (rate) => {
      const count = countAfter(rate, 3_600_000, (i) => 1 + ((i * 7919) % 997));
      expect(Math.abs(count - (rate * 3_600 + 1))).toBeLessThanOrEqual(1);
    },
  );

  it("never runs ahead of the schedule nor falls behind it by a whole event", () => {
    const rates = fc.double({ min: 0.1, max: 50_000, noNaN: true });
    const steps = fc.array(fc.double({ min: 0, max: MAX_LAG_MS / 2, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(rates, steps, (rate, stepsMs) => {
        const pacer = new Pacer(rate, 0);
        let nowMs = 0;
        let count = 0;
        for (const step of stepsMs) {
          nowMs += step;
          count += pacer.take(nowMs, NO_MAXIMUM);
          const scheduled = (nowMs * rate) / 1000 + 1;
          expect(count).toBeLessThanOrEqual(scheduled + 1e-6);
          expect(count).toBeGreaterThan(scheduled - 1 - 1e-6);
        }
        expect(pacer.skipped).toBe(0);
      }),
    );
  });

  it("has the first event due immediately, and then returns the time until the next one", () => {
    const pacer = new Pacer(0.1, 1_000);
    expect(pacer.msUntilDue(1_000)).toBe(0);
    expect(pacer.take(1_000, NO_MAXIMUM)).toBe(1);
    expect(pacer.msUntilDue(1_000)).toBe(10_000);
    expect(pacer.take(10_999, NO_MAXIMUM)).toBe(0);
    expect(pacer.msUntilDue(10_999)).toBe(1);
    expect(pacer.take(11_000, NO_MAXIMUM)).toBe(1);
  });

  it("returns due events in batches no larger than requested, and loses none", () => {
    const pacer = new Pacer(1_000, 0);
    const pieces = [pacer.take(2_499, 2_000), pacer.take(2_499, 2_000), pacer.take(2_499, 2_000)];
    expect(pieces).toEqual([2_000, 500, 0]);
  });

  it("catches up after a short stall, skips events after a long one, and then keeps the rate", () => {
    const pacer = new Pacer(200, 0);
    expect(pacer.take(0, NO_MAXIMUM)).toBe(1);
    expect(pacer.take(3_000, NO_MAXIMUM)).toBe(600);
    expect(pacer.take(63_000, NO_MAXIMUM)).toBe((200 * MAX_LAG_MS) / 1000);
    expect(pacer.skipped).toBe(200 * 55);
    expect(pacer.take(64_000, NO_MAXIMUM)).toBe(200);
    expect(pacer.skipped).toBe(200 * 55);
  });

  it("keeps one event over a long stall at a very low rate", () => {
    const pacer = new Pacer(0.1, 0);
    expect(pacer.take(0, NO_MAXIMUM)).toBe(1);
    expect(pacer.take(60_000, NO_MAXIMUM)).toBe(1);
    expect(pacer.skipped).toBe(5);
    expect(pacer.msUntilDue(60_000)).toBe(10_000);
  });
});
