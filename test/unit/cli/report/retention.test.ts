import { describe, expect, it } from "vitest";
import { parseDiskUse, retentionLines } from "../../../../cli/report/retention.ts";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const HOUR = 3600_000;
const GIB = 2 ** 30;
const storage = {
  oldestEvent: NOW - 48 * HOUR,
  events: 2_000,
  eventsOfLastDay: 1_000,
  used: 2 * GIB,
  free: 10 * GIB,
};

describe("what status says about the topic's retention", () => {
  it("is from when on a replay is possible, and when the disk is full", () => {
    expect(retentionLines(storage, NOW)).toEqual([
      "replay possible from 2026-11-27T12:00:00Z; 2.0 GiB on disk, 10.0 GiB free",
      "at today's rate (1.0 GiB a day) the disk is full in 10 days, on 2026-12-09",
    ]);
  });

  it("takes the rate of a stack that is younger than a day from its age", () => {
    const young = { ...storage, oldestEvent: NOW - 12 * HOUR, events: 1_000, used: GIB };
    expect(retentionLines(young, NOW)[1]).toBe(
      "at today's rate (2.0 GiB a day) the disk is full in 5 days, on 2026-12-04",
    );
  });

  it("does not give a date that is near or far", () => {
    expect(retentionLines({ ...storage, free: GIB }, NOW)[1]).toContain("full in less than 2 days");
    expect(retentionLines({ ...storage, free: 10_000 * GIB }, NOW)[1]).toContain("in more than 10 years");
  });

  it("gives no forecast without a rate or a disk", () => {
    expect(retentionLines({ ...storage, eventsOfLastDay: 0 }, NOW)).toHaveLength(1);
    expect(retentionLines({ ...storage, oldestEvent: NOW - 1_000 }, NOW)).toHaveLength(1);
    expect(retentionLines({ ...storage, used: undefined, free: undefined }, NOW)).toEqual([
      "replay possible from 2026-11-27T12:00:00Z",
    ]);
    expect(retentionLines({ ...storage, oldestEvent: undefined }, NOW)).toEqual(["no events"]);
  });
});

it("reads the disk use that du and df print", () => {
  const text = `62580\t/var/lib/kafka/data/financial_transactions-0
20\t/var/lib/kafka/data/financial_transactions-1
Filesystem     1024-blocks     Used Available Capacity Mounted on
/dev/vda         264212084 30110584  65390680      32% /var/lib/kafka/data
`;
  expect(parseDiskUse(text)).toEqual({ used: 62_600 * 1024, free: 65_390_680 * 1024 });
  expect(parseDiskUse("du: not found")).toEqual({ used: undefined, free: undefined });
});
