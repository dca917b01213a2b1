import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isDoneBy, isLongest, MINUTES, placeOf } from "../../live/support/file-minutes.ts";

const file = (name: string) => join(import.meta.dirname, "../..", `${name}.test.ts`);
const minutes = (count: number) => count * 60_000;

describe("the minutes of test files", () => {
  it.each(MINUTES.map(([name]) => name))("are of a file that is there: %s", (name) => {
    expect(existsSync(file(name))).toBe(true);
  });

  it("order them: the longest first, those of few minutes last", () => {
    const places = ["full/config-keys/dev", "full/drift", "live/ownership"].map((name) =>
      placeOf(file(name)),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(isLongest(file("full/day-two"))).toBe(true);
    expect(isLongest(file("full/drift"))).toBe(false);
  });

  it("say whether a file is done in time on a machine half as quick", () => {
    expect(isDoneBy(file("full/day-two"), minutes(36), 0)).toBe(true);
    expect(isDoneBy(file("full/day-two"), minutes(36), 1)).toBe(false);
    expect(isDoneBy(file("full/bad-input"), minutes(30), minutes(24))).toBe(true);
    expect(isDoneBy(file("full/bad-input"), Number.POSITIVE_INFINITY, minutes(500))).toBe(true);
  });
});
