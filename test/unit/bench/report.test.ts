import { describe, expect, it } from "vitest";
import type { Drain } from "../../../bench/drain.ts";
import type { Results } from "../../../bench/measure.ts";
import { planFrom } from "../../../bench/plan.ts";
import { chart } from "../../../bench/report/chart.ts";
import { compare } from "../../../bench/report/compare.ts";
import { markdown } from "../../../bench/report/markdown.ts";
import { median, percentile } from "../../../bench/statistics.ts";
import { VARIANTS } from "../../../bench/variants.ts";

const drain = (variant: string, seconds: number, more: Partial<Drain> = {}): Drain => ({
  variant,
  seconds,
  eventsPerSecond: 1_000_000 / seconds,
  usage: {
    cpu: { taskmanager: seconds, jobmanager: 1, postgres: 2, kafka: 3 },
    memory: { taskmanager: 1000, jobmanager: 300, postgres: 100, kafka: 400 },
  },
  differences: [],
  faults: [],
  load: 1,
  ...more,
});

const results: Results = {
  date: "2026-11-22T23:00:00.000Z",
  machine: { cpu: "A CPU", cores: 2, memoryGiB: 24, system: "Linux", versions: { Flink: "2.2.1" } },
  messages: 1_000_000,
  duplicates: 10_000,
  deadLetters: 5_000,
  drains: [
    drain("original", 40, { faults: ["adds dollars and pounds"] }),
    drain("everything", 10),
    drain("original", 30),
    drain("everything", 12, { differences: ["transactions: 1 rows instead of 2"] }),
  ],
  copy: 300_000,
  latencies: [
    {
      rate: 1000,
      eventsPerSecond: 1000,
      samples: 5,
      p50: 700,
      p99: 1200,
      max: 1300,
      resolution: { p50: 4, p99: 9 },
      load: 1,
    },
  ],
  producer: { container: 49_000, process: 80_000 },
};

describe("statistics", () => {
  it("give the median", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("give the nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.5)).toBe(7);
  });
});

describe("the comparison", () => {
  it("compares medians with the original's", () => {
    const [original, everything] = compare(results.drains, ["original", "everything", "no-windows"]);
    expect(original).toMatchObject({ runs: 2, seconds: 35, ratio: 1 });
    expect(everything).toMatchObject({ runs: 2, seconds: 11, ratio: 35 / 11 });
    expect(everything?.cpu).toEqual({ taskmanager: 11, jobmanager: 1, postgres: 2, kafka: 3 });
  });

  it("keeps the differences of every run", () => {
    expect(compare(results.drains, ["everything"])[0]?.differences).toEqual([
      "transactions: 1 rows instead of 2",
    ]);
  });
});

describe("the report", () => {
  it("shows ratio, faults and wrong results", () => {
    const page = markdown(results);
    expect(page).toMatch(/\| Everything on \| 2 \| 11\.0 \|.* 3\.18 \|.*\*\*wrong\*\*: transactions: 1 rows/);
    expect(page).toContain("- adds dollars and pounds");
    expect(page).toMatch(/\| 1,000 \| 1,000 \| 700 \| 1,200 \|/);
  });

  it("draws a bar for each variant and the COPY, the longest for the fastest", () => {
    const widths = [...chart(results).matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths).toHaveLength(3);
    expect(widths[2]).toBe(Math.max(...widths));
    expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeCloseTo(91_667 / 29_167, 1);
  });
});

describe("the plan", () => {
  it("names known variants, the main ones at least twice", () => {
    for (const args of [[], ["--quick"]]) {
      const chosen = planFrom(args);
      if (chosen === "help") throw new Error("no plan");
      const names = VARIANTS.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([...chosen.plan.drains]));
      for (const main of ["original", "everything"]) {
        expect(chosen.plan.drains.filter((name) => name === main).length).toBeGreaterThan(1);
      }
    }
  });

  it("refuses an unknown flag", () => {
    expect(() => planFrom(["--quik"])).toThrow("--quik");
  });
});
