import { describe, expect, it } from "vitest";
import { NO_ROWS } from "../../../cli/report/account.ts";
import { type AccountSources, type AuditOptions, audit } from "../../../cli/report/audit.ts";
import { transactionId } from "../../../cli/report/topic-tail.ts";
import { observed } from "./observed.ts";

describe("the audit", () => {
  const running: AuditOptions = { activity: "running", deduplicates: true, acceptedLoss: 0 };

  /** A clock that only sleeping advances, and a job that reads `rate` events a second of a topic. */
  function world(rate: number, arriving: number, off: (at: number) => number = () => 0) {
    let now = 0;
    const looks: number[] = [];
    const readAt = () => Math.floor((now / 1000) * rate);
    const sources: AccountSources = {
      read: async () => [{ partition: 0, events: readAt(), next: BigInt(readAt()) }],
      look: async ([read], mostEvents) => {
        looks.push(mostEvents);
        const end = Math.floor((now / 1000) * arriving) + (arriving > 0 ? 40 : 0);
        const unread = end - Number(read?.next ?? 0n);
        const stored = readAt() - (read?.events ?? 0);
        return {
          rows: { ...NO_ROWS, transactions: readAt() + off(now) },
          offsets: [{ partition: 0, earliest: 0n, latest: BigInt(end) }],
          committed: new Map(),
          tail:
            unread === 0 || unread <= mostEvents
              ? { events: unread, committed: 0, rows: { ...NO_ROWS, transactions: stored }, isComplete: true }
              : undefined,
        };
      },
    };
    const advance = (ms: number) => {
      now += ms;
    };
    const clock = { now: () => now, sleep: async (ms: number) => advance(ms) };
    return { sources, clock, looks, advance };
  }

  it("is over at once if nothing moves and everything is there", async () => {
    const { sources, clock, looks } = world(0, 0);
    expect((await audit(sources, running, clock))?.closes).toBe(true);
    expect(looks).toEqual([0]);
  });

  it("closes while events arrive, by looking at those that are on their way", async () => {
    const { sources, clock, looks, advance } = world(100, 100);
    advance(60_000);
    expect(await audit(sources, running, clock)).toMatchObject({ closes: true, isExact: true });
    expect(looks.at(-1)).toBeGreaterThan(0);
  });

  it("takes two looks at a job that has not read the newest event yet, and more if it has waited", async () => {
    const looksAt = async (waitedMs: number) => {
      const { sources, clock, looks } = world(0, 0);
      const look: AccountSources["look"] = async (read, mostEvents) => ({
        ...(await sources.look(read, mostEvents)),
        offsets: [{ partition: 0, earliest: 0n, latest: 1n }],
        ...(mostEvents === 0
          ? { tail: undefined }
          : { tail: { events: 1, committed: 0, rows: NO_ROWS, isComplete: true }, waitedMs }),
      });
      const account = await audit({ ...sources, look }, running, clock);
      return { looks: looks.length, stalled: account?.stalledMs !== undefined };
    };
    expect(await looksAt(500)).toEqual({ looks: 2, stalled: false });
    for (const waitedMs of [5_000, -5_000])
      expect(await looksAt(waitedMs)).toMatchObject({
        looks: expect.toSatisfy((n) => n > 10),
        stalled: true,
      });
  });

  it("waits for rows that are late, and only for a while for rows that are missing", async () => {
    const late = world(100, 100, (at) => (at < 63_000 ? -3 : 0));
    late.advance(60_000);
    expect((await audit(late.sources, running, late.clock))?.closes).toBe(true);
    for (const off of [-3, 2]) {
      const wrong = world(100, 100, () => off);
      wrong.advance(60_000);
      const account = await audit(wrong.sources, running, wrong.clock);
      expect(account).toMatchObject({ closes: false, missing: -off, isExact: true });
      expect(wrong.clock.now()).toBeGreaterThanOrEqual(75_000);
      expect(wrong.clock.now()).toBeLessThan(77_000);
    }
  });

  it("lets a job that is far behind read on", async () => {
    const { sources, clock, advance } = world(1_000, 30_000);
    advance(60_000);
    const account = await audit(sources, running, clock);
    expect(account).toMatchObject({ closes: true, isExact: false });
    expect(account?.stalledMs).toBeUndefined();
  });

  it("does not take offsets without an event for events that the job does not read", async () => {
    const { clock } = world(0, 0);
    const sources: AccountSources = {
      read: async () => [{ partition: 0, events: 5, next: 5n }],
      // An aborted transaction of 90,000 messages.
      look: async (_read, mostEvents) => ({
        ...observed(5, { transactions: 5 }),
        offsets: [{ partition: 0, earliest: 0n, latest: 90_005n }],
        committed: new Map([[0, 90_005n]]),
        tail: mostEvents === 0 ? undefined : { events: 0, committed: 0, rows: NO_ROWS, isComplete: true },
      }),
    };
    const account = await audit(sources, running, clock);
    expect(account).toMatchObject({ closes: true, unread: 0, isExact: true });
    expect(account?.stalledMs).toBeUndefined();
  });

  it("finds that a job reads nothing although events wait, unless it is paused", async () => {
    const { sources, clock, advance } = world(0, 10);
    advance(60_000);
    expect((await audit(sources, running, clock))?.stalledMs).toBeGreaterThanOrEqual(15_000);
    const paused: AuditOptions = { ...running, activity: "paused" };
    expect((await audit(sources, paused, clock))?.stalledMs).toBeUndefined();
  });

  it.each([
    ["while events arrive", (look: number) => ({ events: 900 + look, committed: 800 + look })],
    ["when all events are in a checkpoint", () => ({ events: 900, committed: 900 })],
  ])("has no account of a job that reads and does not count, %s", async (_when, tailAt) => {
    const { clock } = world(0, 0);
    let looks = 0;
    const sources: AccountSources = {
      read: async () => [{ partition: 0, events: 5, next: 5n }],
      look: async (_read, mostEvents) => {
        const { events, committed } = tailAt(looks++);
        return {
          rows: { ...NO_ROWS, transactions: 5 + events },
          offsets: [{ partition: 0, earliest: 0n, latest: BigInt(5 + events) }],
          committed: new Map([[0, BigInt(5 + committed)]]),
          tail:
            mostEvents === 0
              ? undefined
              : { events, committed, rows: { ...NO_ROWS, transactions: events }, isComplete: true },
        };
      },
    };
    expect(await audit(sources, running, clock)).toBeUndefined();
  });

  it("finds a job that reads nothing after its last checkpoint, although it had read some before", async () => {
    const { clock } = world(0, 0);
    const sources: AccountSources = {
      read: async () => [{ partition: 0, events: 5, next: 5n }],
      look: async (_read, mostEvents) => ({
        ...observed(5, { transactions: 5 }),
        offsets: [{ partition: 0, earliest: 0n, latest: 90n }],
        committed: new Map([[0, 9n]]),
        tail: mostEvents === 0 ? undefined : { events: 85, committed: 4, rows: NO_ROWS, isComplete: true },
      }),
    };
    expect((await audit(sources, running, clock))?.stalledMs).toBeGreaterThanOrEqual(32_000);
  });

  it("does not wait for a job that is down", async () => {
    const { sources, clock, looks } = world(0, 10, () => -3);
    const account = await audit(sources, { ...running, activity: "down" }, clock);
    expect(account).toMatchObject({ isExact: false, missing: 0 });
    expect(looks).toHaveLength(1);
  });

  it.each([
    ['{"transactionId":"a"}', "a"],
    ['{"transactionId":7}', undefined],
    ['{"transactionId":"a\\u0000b"}', undefined],
    ["[1]", undefined],
    ["null", undefined],
    ["not JSON", undefined],
  ])("reads the id of %s", (text, id) => expect(transactionId(Buffer.from(text))).toBe(id));
});
