import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../producer/random.ts";
import { sequentialIds, timeOrderedIds } from "../../../producer/transaction-id.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const ascending = (ids: readonly string[]) => ids.every((id, i) => i === 0 || (ids[i - 1] ?? "") < id);

describe("transaction ids", () => {
  it("contain the time of the event, as UUIDv7", () => {
    const id = timeOrderedIds()(0x0123_4567_89ab, createRandom(1));
    expect(id).toMatch(UUID_V7);
    expect(id.replaceAll("-", "").slice(0, 12)).toBe("0123456789ab");
  });

  it("are unique and ascending even if the clock is set back", () => {
    const clock = fc.array(
      fc.record({ atMs: fc.integer({ min: 1, max: 2 ** 41 }), events: fc.integer({ min: 1, max: 50 }) }),
    );
    fc.assert(
      fc.property(clock, fc.maxSafeNat(), (ticks, seed) => {
        const next = timeOrderedIds();
        const random = createRandom(seed);
        const ids = ticks.flatMap(({ atMs, events }) =>
          Array.from({ length: events }, () => next(atMs, random)),
        );
        expect(new Set(ids).size).toBe(ids.length);
        expect(ascending(ids)).toBe(true);
      }),
    );
  });

  it("stay unique and ascending past 4,096 in one millisecond", () => {
    const next = timeOrderedIds();
    const random = createRandom(1);
    const ids = Array.from({ length: 20_000 }, () => next(1_700_000_000_000, random));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ascending(ids)).toBe(true);
    for (const id of ids) expect(id).toMatch(UUID_V7);
  });

  it("do not depend on the clock when they are sequential", () => {
    const ids = (nowMs: number) => {
      const next = sequentialIds();
      const random = createRandom(9);
      return Array.from({ length: 5_000 }, () => next(nowMs, random));
    };
    expect(ids(1)).toEqual(ids(2));
    expect(new Set(ids(1)).size).toBe(5_000);
    expect(ascending(ids(1))).toBe(true);
    for (const id of ids(1)) expect(id).toMatch(UUID_V8);
  });
});
