import { describe, expect, it } from "vitest";
import { usageBetween } from "../../../cli/container-usage.ts";

const SECOND = 1e9;
const sample = (cpuTime: number, at: number) => ({ memory: 300, cpuTime, at });
const usage = (before: ReturnType<typeof sample> | undefined, after: ReturnType<typeof sample>) =>
  usageBetween(new Map(before && [["kafka", before]]), new Map([["kafka", after]])).get("kafka");

describe("what a container uses between two samples", () => {
  it("is its memory in the second one, and its CPU time by the time between them", () => {
    expect(usage(sample(60 * SECOND, 10_000), sample(60.5 * SECOND, 12_000))).toEqual({
      memory: 300,
      cpu: 0.25,
    });
    // On several cores.
    expect(usage(sample(0, 0), sample(3 * SECOND, 2_000))?.cpu).toBe(1.5);
    expect(usage(sample(SECOND, 0), sample(SECOND, 1_000))?.cpu).toBe(0);
  });

  it.each([
    ["it was not running before", undefined, sample(SECOND, 1_000)],
    ["it was started again", sample(60 * SECOND, 0), sample(SECOND, 1_000)],
    ["both samples are the same", sample(SECOND, 1_000), sample(SECOND, 1_000)],
  ])("has no CPU if %s", (_, before, after) => {
    expect(usage(before, after)).toEqual({ memory: 300, cpu: undefined });
  });

  it("leaves out a container that no longer runs", () => {
    expect(usageBetween(new Map([["kafka", sample(0, 0)]]), new Map())).toEqual(new Map());
  });
});
