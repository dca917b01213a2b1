import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inRunningOrder, isDoneBy, MINUTES, minutesOf } from "../../live/support/file-minutes.ts";

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

describe("the running order", () => {
  const files = readdirSync(join(import.meta.dirname, "../../full"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => file(join("full", path.replace(".test.ts", ""))));

  it("begins with the longest where the time is not limited", () => {
    expect(inRunningOrder(files, false, 1)[0]).toBe(file("full/day-two"));
  });

  it("has every file run within a week where there are 44 minutes on a slow machine", () => {
    for (const begin of files.keys()) {
      const days = Array.from({ length: 7 }, (_, day) =>
        runIn(minutes(44), inRunningOrder(files, true, begin + day)),
      );
      expect(new Set(days.flat()).size).toBe(files.length);
    }
  });

  /** Two files at a time, each taking a quarter more than its minutes. */
  function runIn(end: number, order: readonly string[]): string[] {
    const free = [0, 0];
    return order.filter((path) => {
      const next = free.indexOf(Math.min(...free));
      const since = free[next] as number;
      if (!isDoneBy(path, end, since)) return false;
      free[next] = since + 1.25 * minutes(minutesOf(path));
      return true;
    });
  }
});
