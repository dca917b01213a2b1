import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countExpiredEvents, lag } from "../../../../../plugins/commerce/topic/offsets.ts";

const at = (partition: number, earliest: number, latest: number) => ({
  partition,
  earliest: BigInt(earliest),
  latest: BigInt(latest),
});

describe("countExpiredEvents", () => {
  it("counts the deleted events of all partitions", () => {
    expect(countExpiredEvents([at(0, 0, 10), at(1, 0, 0)])).toBe(0n);
    expect(countExpiredEvents([at(0, 3, 10), at(1, 4, 4)])).toBe(7n);
  });
});

describe("lag", () => {
  it("is the distance from the committed offsets to the ends", () => {
    const committed = new Map([
      [0, 4n],
      [1, 7n],
    ]);
    expect(lag([at(0, 0, 10), at(1, 0, 7)], committed)).toBe(6n);
  });

  it("of an unread partition is everything in it", () => {
    expect(lag([at(0, 0, 10), at(1, 5, 25)], new Map([[0, 10n]]))).toBe(20n);
  });

  it("excludes events that were deleted before they were read", () => {
    expect(lag([at(0, 8, 10)], new Map([[0, 2n]]))).toBe(2n);
  });

  it("of one partition is not reduced by another", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(100), (earliest, length, read) => {
        const ahead = at(1, 0, 5);
        const found = lag(
          [at(0, earliest, earliest + length), ahead],
          new Map([
            [0, BigInt(read)],
            [1, 9n],
          ]),
        );
        expect(found).toBeGreaterThanOrEqual(0n);
        expect(found).toBeLessThanOrEqual(BigInt(length));
      }),
    );
  });
});
