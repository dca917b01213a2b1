import { describe, expect, it } from "vitest";
import { bars, trendLines } from "../../../../cli/report/trend.ts";

describe("the trend of a watched report", () => {
  it("has no rate after one look", () => {
    expect(trendLines([{ at: 0, arrived: 100, read: 90 }])).toEqual([]);
  });

  it("shows what arrives, what is read, and what waits", () => {
    const samples = [
      { at: 0, arrived: 100, read: 100 },
      { at: 5_000, arrived: 600, read: 350 },
      { at: 10_000, arrived: 1_600, read: 1_350 },
    ];
    expect(trendLines(samples)).toEqual([
      "▄█  200 a second arrive in Kafka",
      "▂█  200 a second are read by the job",
      "██  250 wait",
    ]);
  });

  it("shows no negative rate if a job reads events again", () => {
    const samples = [
      { at: 0, arrived: 100, read: 100 },
      { at: 1_000, arrived: 100, read: 40 },
    ];
    expect(trendLines(samples)[1]).toBe("▁  0 a second are read by the job");
  });

  it("draws bars from zero to the largest number", () => {
    expect(bars([0, 1, 50, 100])).toBe("▁▁▄█");
    expect(bars([0, 0])).toBe("▁▁");
  });
});
