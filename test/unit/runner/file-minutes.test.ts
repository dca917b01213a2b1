import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isDoneBy, MINUTES, minutesOf } from "../../live/support/file-minutes.ts";

const file = (name: string) => join(import.meta.dirname, "../..", `${name}.test.ts`);
const minutes = (count: number) => count * 60_000;

describe("the minutes of test files", () => {
  it.each(Object.keys(MINUTES))("are of a file that is there: %s", (name) => {
    expect(existsSync(file(name))).toBe(true);
  });

  it("are few for a file that is not listed", () => {
    const [longest, long, other] = ["full/config-keys/dev", "full/drift", "live/ownership"].map((name) =>
      minutesOf(file(name)),
    );
    expect(longest).toBeGreaterThan(Number(long));
    expect(long).toBeGreaterThan(Number(other));
    expect(other).toBe(3);
  });

  it("say whether a file is done in time on a machine half as quick", () => {
    expect(isDoneBy(file("full/day-two"), minutes(32), 0)).toBe(true);
    expect(isDoneBy(file("full/day-two"), minutes(32), 1)).toBe(false);
    expect(isDoneBy(file("full/bad-input"), minutes(30), minutes(24))).toBe(true);
    expect(isDoneBy(file("full/bad-input"), Number.POSITIVE_INFINITY, minutes(500))).toBe(true);
  });
});
