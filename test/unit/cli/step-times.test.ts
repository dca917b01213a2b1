import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { stepTimesIn } from "../../../cli/step-times.ts";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "commerce-unit-"));
  file = join(dir, "cache", "step-times.json");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("expects a step to take as long as the last time, in another run too", () => {
  stepTimesIn(file).record("Building", 40_000);
  stepTimesIn(file).record("Building", 30_000.4);
  stepTimesIn(file).record("Other", 5_000);
  expect(stepTimesIn(file).expected("Building")).toBe(30_000);
});

it("expects nothing of a step that is new, or that was over at once the last time", () => {
  const times = stepTimesIn(file);
  times.record("Building", 40_000);
  times.record("Building", 300);
  expect(times.expected("Building")).toBeUndefined();
  expect(times.expected("Other")).toBeUndefined();
});

it("forgets the oldest of a hundred", () => {
  const times = stepTimesIn(file);
  times.record("First", 10_000);
  const others = Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`Step ${at}`, 10_000]));
  writeFileSync(file, JSON.stringify({ First: 10_000, ...others }));
  times.record("Last", 10_000);
  expect(times.expected("First")).toBeUndefined();
  expect(times.expected("Last")).toBe(10_000);
  expect(Object.keys(JSON.parse(readFileSync(file, "utf8")))).toHaveLength(100);
});

it.each(["{", "[]", "null", '{"Building":"long"}'])("takes a file with %s for an empty one", (content) => {
  stepTimesIn(file).record("Other", 5_000);
  writeFileSync(file, content);
  expect(stepTimesIn(file).expected("Building")).toBeUndefined();
  stepTimesIn(file).record("Building", 5_000);
  expect(stepTimesIn(file).expected("Building")).toBe(5_000);
});

it("does without a file that cannot be written", () => {
  writeFileSync(join(dir, "cache"), "");
  expect(() => stepTimesIn(file).record("Building", 5_000)).not.toThrow();
  expect(stepTimesIn(file).expected("Building")).toBeUndefined();
});
