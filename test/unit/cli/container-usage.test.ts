import { describe, expect, it } from "vitest";
import { residentBytes, usageBetween } from "../../../cli/container-usage.ts";

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

describe("the memory that Docker reports", () => {
  it.each([
    ["version 2 of cgroups", { inactive_file: 300 }],
    ["version 1, with groups in the container's own", { inactive_file: 7, total_inactive_file: 300 }],
  ])("is counted without the page cache in %s", (_, stats) => {
    expect(residentBytes({ usage: 1_000, stats })).toBe(700);
  });

  it("is none of a container that has just ended", () => {
    expect(residentBytes({})).toBe(0);
  });
});
