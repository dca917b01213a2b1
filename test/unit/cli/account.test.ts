import { describe, expect, it } from "vitest";
import { hintsFor } from "../../../cli/hints.ts";
import { type Account, accountOf, NO_ROWS, type Observation } from "../../../cli/report/account.ts";
import { accountFindings, accountLines } from "../../../cli/report/account-text.ts";
import { positionsOf } from "../../../cli/report/positions.ts";
import { EARLIER_EVENTS } from "../../../facts/pipeline.ts";
import { observed } from "./observed.ts";

const hint = hintsFor({ stack: "dev" }, { npm_lifecycle_event: "status" });
const NOW = Date.UTC(2026, 10, 28, 12);
const messagesOf = (account: Account) => accountFindings(account, hint).map(({ message }) => message);

describe("the account", () => {
  const rows = { transactions: 90, duplicates: 6, deadLetters: 3, proofs: 1 };
  const read = [
    { partition: 0, events: 60, next: 60n },
    { partition: 1, events: 40, next: 40n },
  ];
  const offsets = [
    { partition: 0, earliest: 5n, latest: 60n },
    { partition: 1, earliest: 0n, latest: 40n },
  ];
  const base: Observation = { ...observed(0, rows), read, offsets };
  const lines = (change: Partial<Observation>, isPaused = false) =>
    accountLines(accountOf({ ...base, ...change }), isPaused, NOW);
  const tailOf = (events: number, transactions = 0) => ({
    events,
    committed: 0,
    rows: { ...NO_ROWS, transactions },
    isComplete: true,
  });

  it("closes if every event is in one of the tables, even if some have expired in Kafka", () => {
    expect(accountOf(base)).toEqual({
      eventsIn: 100,
      unread: 0,
      ...rows,
      missing: 0,
      replaced: 0,
      isExact: true,
      open: 0,
      closes: true,
      expired: 5,
      lost: 0,
    });
    expect(lines({})).toEqual([
      "100 events in: the account closes",
      "= 90 transactions + 6 duplicates + 3 dead letters + 1 of the proof",
      "the oldest 5 have expired in Kafka",
    ]);
  });

  it("does not count rows of events that the job has not counted yet", () => {
    const flowing = { rows: { ...rows, transactions: 97 }, tail: tailOf(9, 7) };
    expect(lines(flowing).slice(0, 2)).toEqual([
      "109 events in: the account closes; 9 on their way",
      "= 90 transactions + 6 duplicates + 3 dead letters + 1 of the proof",
    ]);
    expect(lines({ ...flowing, rows: { ...rows, transactions: 96 } })[0]).toBe(
      "109 events in: DOES NOT CLOSE: 1 missing",
    );
    expect(lines({ ...flowing, rows: { ...rows, transactions: 98 } })[0]).toBe(
      "109 events in: DOES NOT CLOSE: 1 counted more than once",
    );
  });

  it("distinguishes unread events from missing ones and from rows that are too many", () => {
    const with2 = { tail: tailOf(2) };
    expect(lines(with2, true)[0]).toBe("102 events in: 2 wait for the job");
    expect(lines({ rows: { ...rows, transactions: 88 } })[0]).toBe(
      "100 events in: DOES NOT CLOSE: 2 missing",
    );
    expect(lines({ rows: { ...rows, transactions: 93 } })[0]).toBe(
      "100 events in: DOES NOT CLOSE: 3 counted more than once",
    );
    const stalled = { ...accountOf({ ...base, ...with2 }), stalledMs: 15_000 };
    expect(accountLines(stalled, false, NOW)[0]).toBe(
      "102 events in: 2 wait, and the job does not read them",
    );
  });

  it("is not exact while the job is far behind, but still finds what must be missing", () => {
    const far = { offsets: [{ partition: 0, earliest: 0n, latest: 99_060n }], tail: undefined };
    expect(lines({ ...far, rows: { ...rows, transactions: 200 } })[0]).toBe(
      "99,100 events in: 99,000 still to be read",
    );
    const missing = accountOf({ ...base, ...far, rows: { ...rows, transactions: 60 } });
    expect(missing).toMatchObject({ missing: 30, isExact: false, closes: false });
    expect(messagesOf(missing)[0]).toContain("at least 30 events");
  });

  it("says up to when the tables are right while events wait", () => {
    const tail = { ...tailOf(9), oldest: NOW - 400 };
    const account = accountOf({ ...base, tail });
    expect(accountLines(account, false, NOW)).toContain(
      "the tables are right up to 2026-11-28T11:59:59.600Z, 0.4 s ago",
    );
    expect(accountLines({ ...account, closes: false }, false, NOW).join()).not.toContain("right up to");
  });

  it("never takes offsets without an event for events that expired", () => {
    // Markers of transactions, aborted messages, compaction: the topic has 60 events on 300 offsets.
    const gaps = [{ partition: 0, events: 100, next: 300n }];
    for (const earliest of [0n, 280n, 300n])
      expect(
        accountOf({ ...base, read: gaps, offsets: [{ partition: 0, earliest, latest: 300n }] }),
      ).toMatchObject({ missing: 0, lost: 0, closes: true });
  });

  it("counts events that expired while the job was paused and had not read them", () => {
    const lost = (change: Partial<Observation>) => {
      const account = accountOf({ ...base, activity: "paused", ...change });
      return { lost: account.lost, missing: account.missing };
    };
    const now = { offsets: [{ partition: 0, earliest: 300n, latest: 300n }] };
    expect(lost(now)).toEqual({ lost: 240, missing: 0 });
    // The job had read 15 of them and written their rows, but not counted them yet.
    expect(lost({ ...now, rows: { ...rows, transactions: 105 } })).toEqual({ lost: 225, missing: 0 });
    // A running job would fail instead of skipping them.
    expect(lost({ ...now, activity: "running" })).toEqual({ lost: 0, missing: 0 });
  });

  it("does not take rows of events that were lost with consent for rows that are too many", () => {
    const missing = (transactions: number) =>
      accountOf({ ...base, acceptedLoss: 7, rows: { ...rows, transactions } }).missing;
    // A job that was lost had written 5 of them after its last checkpoint.
    expect(missing(95)).toBe(0);
    expect(missing(88)).toBe(2);
    expect(missing(100)).toBe(-3);
  });

  it("does not judge the rows of a job that is down: it has not written all that it has counted", () => {
    for (const transactions of [60, 90, 120]) {
      const account = accountOf({ ...base, activity: "down", rows: { ...rows, transactions } });
      expect(account).toMatchObject({ missing: 0, closes: true, isExact: false });
      expect(messagesOf(account)).toEqual([]);
      expect(accountLines(account, false, NOW)[0]).toContain(
        "the job is down, and may read some of them again",
      );
    }
    const offsets = [{ partition: 0, earliest: 300n, latest: 300n }];
    expect(messagesOf(accountOf({ ...base, activity: "down", offsets }))).toEqual([
      "events expired or were deleted in Kafka before the job read them: `npm start` names the ways to go on",
    ]);
  });

  it("allows for a job at rest that has read some events which it has not counted", () => {
    const missing = (transactions: number, stored: number) =>
      accountOf({ ...base, activity: "paused", rows: { ...rows, transactions }, tail: tailOf(500, stored) })
        .missing;
    expect(missing(90, 0)).toBe(0);
    expect(missing(110, 20)).toBe(0);
    // Second deliveries of earlier ids wait in Kafka: their ids are stored, too.
    expect(missing(90, 4)).toBe(0);
    expect(missing(87, 4)).toBe(3);
    expect(missing(112, 20)).toBe(-2);
  });

  it("closes without de-duplication, where a second delivery replaces the row of the first one", () => {
    const fewer = { deduplicates: false, rows: { ...rows, transactions: 87 } };
    expect(lines(fewer).slice(0, 2)).toEqual([
      "100 events in: the account closes",
      "= 87 transactions + 6 duplicates + 3 dead letters + 1 of the proof + 3 replaced",
    ]);
    expect(accountOf({ ...base, ...fewer, rows: { ...rows, transactions: 92 } })).toMatchObject({
      missing: -2,
    });
  });

  it("never takes rows of events that it has not looked at for rows that are too many", () => {
    const far = { tail: { ...tailOf(20_000, 300), isComplete: false } };
    expect(accountOf({ ...base, ...far, rows: { ...rows, transactions: 700 } }).missing).toBe(0);
    expect(accountOf({ ...base, ...far, rows: { ...rows, transactions: 385 } }).missing).toBe(5);
  });

  it("names number, direction and likely causes", () => {
    const of = (change: Partial<Observation>) => messagesOf(accountOf({ ...base, ...change }));
    expect(of({})).toEqual([]);
    expect(of({ rows: { ...rows, transactions: 87 } })).toEqual([
      "the account does not close: 3 events that the job has read are in no table. Rows were deleted by hand, " +
        "a lock in Postgres holds them up, or an id came again after deduplicationTtl. `npm run replay` rebuilds the tables",
    ]);
    expect(of({ rows: { ...rows, transactions: 91 } })).toEqual([
      "the account does not close: the tables have 1 more row than the job has read events. " +
        "Rows were added by hand, or by another job. `npm run replay` rebuilds the tables",
    ]);
    expect(of({ activity: "paused", offsets: [{ partition: 0, earliest: 110n, latest: 110n }] })).toEqual([
      "50 events expired or were deleted in Kafka before the job read them: `npm start` names the ways to go on",
    ]);
    expect(messagesOf({ ...accountOf(base), unread: 12, stalledMs: 15_200 })).toEqual([
      "the job has read nothing for 15 s, although 12 events wait in Kafka",
    ]);
  });
});

describe("how far the job has read", () => {
  const topic = {
    partitions: [
      { partition: 0, earliest: 5n, latest: 60n },
      { partition: 1, earliest: 7n, latest: 40n },
    ],
    committed: new Map([[0, 58n]]),
  };
  const reads = { topicId: "t1", skippedEvents: 0, carriedEvents: 0 };
  const counted = [{ partition: 0, events: 20, next: 30n }];
  const next = (...args: Parameters<typeof positionsOf>) =>
    positionsOf(...args).map((position) => [position.partition, position.next]);

  it("is the beginning of a partition of which it has counted nothing", () => {
    const running = { isDown: false };
    expect(next(counted, topic, reads, running)).toEqual([
      [0, 30n],
      [1, 0n],
    ]);
    const readsFrom = { 0: 3, 1: 7 };
    expect(next(counted, topic, { ...reads, readsFrom }, running)).toEqual([
      [0, 30n],
      [1, 7n],
    ]);
    expect(next(counted, topic, undefined, running)).toEqual([
      [0, 30n],
      [1, 7n],
    ]);
  });

  it("is after the events that were skipped with consent", () => {
    const skipped = { ...reads, readsFrom: { 0: 45 } };
    expect(next(counted, topic, skipped, { isDown: false })[0]).toEqual([0, 45n]);
  });

  it("is the committed offset of a job that is down, or that had read it all before it counted", () => {
    expect(next(counted, topic, reads, { isDown: true })[0]).toEqual([0, 58n]);
    const earlier = [{ partition: EARLIER_EVENTS, events: 55, next: 0n }];
    expect(next(earlier, topic, undefined, { isDown: false })).toEqual([
      [EARLIER_EVENTS, 0n],
      [0, 58n],
      [1, 7n],
    ]);
  });

  it("is not an offset of an earlier topic", () => {
    const earlier = [{ partition: 0, events: 900, next: 900n }];
    expect(next(earlier, topic, reads, { isDown: false })[0]).toEqual([0, 0n]);
  });
});
