import { describe, expect, it } from "vitest";
import {
  carriedOver,
  consentTo,
  countMissing,
  gapsBetween,
  isOtherTopic,
  type Ledger,
  newLedger,
  readsFrom,
  skippedEvents,
  withSkipped,
} from "../../../../../../plugins/commerce/statement-set/versions/ledger.ts";

const partition = (number: number, earliest: bigint, latest = 1_000n) => ({
  partition: number,
  earliest,
  latest,
});
const at = (number: number, offset: bigint) => ({ topic: "events", partition: number, offset });
const ledger: Ledger = { topicId: "t1", begin: {}, skipped: {}, carried: 0 };

describe("the events that a start would never read", () => {
  it("are those between its offset and the oldest event of each partition", () => {
    const offsets = [partition(0, 480n), partition(1, 400n), partition(2, 401n)];
    const gaps = gapsBetween([at(0, 400n), at(1, 400n), at(2, 400n)], offsets, ledger);
    expect(gaps).toEqual([
      { partition: 0, from: 400, to: 480 },
      { partition: 2, from: 400, to: 401 },
    ]);
    expect(countMissing(gaps)).toBe(81);
  });

  it("include all of a partition that was added or never read", () => {
    const offsets = [partition(0, 5n), partition(1, 7n)];
    expect(gapsBetween([at(0, -2n)], offsets, ledger)).toEqual([
      { partition: 0, from: 0, to: 5 },
      { partition: 1, from: 0, to: 7 },
    ]);
  });

  it("do not include events that had expired before the job began to read", () => {
    const begun = newLedger("t1", [partition(0, 5n), partition(1, 0n)]);
    expect(begun).toEqual({ topicId: "t1", begin: { 0: 5 }, skipped: {}, carried: 0 });
    expect(gapsBetween([at(0, -3n), at(1, 0n)], [partition(0, 5n), partition(1, 0n)], begun)).toEqual([]);
    expect(gapsBetween([at(0, -3n)], [partition(0, 6n)], begun)).toEqual([{ partition: 0, from: 5, to: 6 }]);
  });
});

it("records events that were skipped with consent, and where the job went on", () => {
  const begun = newLedger("t1", [partition(0, 5n), partition(1, 0n)]);
  const first = withSkipped(begun, "abc", [{ partition: 1, from: 40, to: 100 }]);
  const again = withSkipped(first, "abc", [{ partition: 1, from: 40, to: 120 }]);
  const second = withSkipped(again, "def", [{ partition: 0, from: 7, to: 10 }]);
  expect(skippedEvents(second)).toBe(5 + 80 + 3);
  expect(readsFrom(second)).toEqual({ 0: 10, 1: 120 });
});

describe("the ledger of a job that goes on with another topic", () => {
  it("carries what was read of the earlier ones, without what was skipped", () => {
    const before = { topicId: "t1", begin: { 0: 10 }, skipped: { abc: 5 }, carried: 1_000 };
    expect(skippedEvents(before)).toBe(15);
    // Partition 1 has not been read since it was added.
    const after = carriedOver(before, [at(0, 100n), at(1, -2n)], "t2", [partition(0, 0n), partition(1, 3n)]);
    expect(after).toEqual({ topicId: "t2", begin: { 1: 3 }, skipped: {}, carried: 1_085 });
  });
});

it("tells another topic by its id, and does not judge a version that has none", () => {
  expect(isOtherTopic({ ledger }, "t1")).toBe(false);
  expect(isOtherTopic({ ledger }, "t2")).toBe(true);
  expect(isOtherTopic({ ledger }, undefined)).toBe(true);
  expect(isOtherTopic({}, "t2")).toBe(false);
});

it("names each loss differently", () => {
  const names = [
    consentTo("topic", "a", "b"),
    consentTo("topic", "a", "c"),
    consentTo("expired", "a", [[0, 1]]),
  ];
  expect(new Set(names).size).toBe(3);
  expect(consentTo("topic", "a", "b")).toBe(names[0]);
});
