import { describe, expect, it } from "vitest";
import { styleFor } from "../../../../cli/style.ts";
import { expectedDeliveries, isDelivery, knownPlaces, type TraceFacts } from "../../../../cli/trace/facts.ts";
import { rangesOfPlaces, rangesSince, sizeOf } from "../../../../cli/trace/ranges.ts";
import { traceJson, traceLines } from "../../../../cli/trace/render.ts";
import { deliveriesOf, isoTime } from "../../../../cli/trace/verdict.ts";
import type { TopicEvent } from "../../../../plugins/commerce/clients/kafka-reader.ts";

const value = (id: string, more = "") => Buffer.from(`{"transactionId": "${id}"${more}}`);

function event(partition: number, offset: bigint, second: number): TopicEvent {
  const time = Date.parse(`2026-01-31T12:00:${String(second).padStart(2, "0")}Z`);
  return { partition, offset, time, key: null, value: value("a", ',"amount":1') };
}

const none: TraceFacts = {
  id: "a",
  rows: {},
  deadLetters: [],
  sums: {},
  next: new Map([[0, 100n]]),
  deliveries: [],
  search: { looked: 10, total: 10, isComplete: true },
};
const transaction = { transactionid: "a", transactiondate: "2026-01-31 11:59:59" };
const duplicate = (occurrence: number, offset: bigint) => ({
  transactionid: "a",
  occurrence: String(occurrence),
  kafka_partition: "0",
  kafka_offset: String(offset),
  received_at: "2026-01-31 12:00:02",
});
const outcomes = (facts: Partial<TraceFacts>) =>
  deliveriesOf({ ...none, ...facts }).map(({ offset, outcome, note }) => [Number(offset), outcome, note]);

describe("the verdict on a delivery", () => {
  const first = event(0, 5n, 1);
  const second = event(0, 9n, 2);

  it("is transaction for the first, duplicate for the others", () => {
    const rows = { transactions: [transaction], duplicates: [duplicate(2, 9n)] };
    expect(outcomes({ rows, deliveries: [second, first] })).toEqual([
      [5, "transaction", undefined],
      [9, "duplicate", "delivery 2 of this id"],
    ]);
  });

  it("comes from the row where the message was not read", () => {
    const rows = { transactions: [transaction], duplicates: [duplicate(2, 9n), duplicate(3, -4n)] };
    expect(outcomes({ rows, deliveries: [first] }).map(([offset, outcome]) => [offset, outcome])).toEqual([
      [5, "transaction"],
      [-4, "duplicate"],
      [9, "duplicate"],
    ]);
  });

  it("is a dead letter with its reason, beside a valid delivery of the same id", () => {
    const dead = {
      partition: 0,
      offset: 5n,
      reason: "amount is negative",
      receivedAt: "",
      payload: value("a"),
    };
    expect(
      outcomes({ rows: { transactions: [transaction] }, deadLetters: [dead], deliveries: [first, second] }),
    ).toEqual([
      [5, "dead letter", "amount is negative"],
      [9, "transaction", undefined],
    ]);
  });

  it("says that a sale was too late for its minute", () => {
    const late = {
      transactionid: "a",
      window_end: "2026-01-31 11:50:00",
      kafka_partition: "0",
      kafka_offset: "5",
      received_at: "2026-01-31 12:00:01",
    };
    const rows = { transactions: [transaction], late_events: [late] };
    expect(outcomes({ rows, deliveries: [first] })).toEqual([
      [5, "transaction", "too late for its minute, which ended at 2026-01-31T11:50:00.000Z"],
    ]);
  });

  it("is unread, proof or missing without a row", () => {
    const last = event(0, 100n, 3);
    expect(outcomes({ deliveries: [last] })).toEqual([
      [100, "unread", "the job has read this partition up to offset 100"],
    ]);
    expect(outcomes({ rows: { proof_events: [{ transactionid: "a" }] }, deliveries: [first] })).toEqual([
      [5, "proof", "an event of the proof, which has removed its rows"],
    ]);
    expect(outcomes({ deliveries: [first] })).toEqual([
      [5, "missing", "the job has read it, but no table has it"],
    ]);
  });

  it("is transaction as soon as the row is there, although the job has not counted it yet", () => {
    const rows = { transactions: [transaction] };
    expect(outcomes({ rows, next: new Map([[0, 5n]]), deliveries: [first] })[0]?.[1]).toBe("transaction");
  });

  it("names the deliveries whose row a later one has replaced", () => {
    expect(
      outcomes({ rows: { transactions: [transaction] }, deliveries: [first, second] }).map(([, one]) => one),
    ).toEqual(["replaced", "transaction"]);
  });
});

describe("a delivery in the topic", () => {
  it.each([
    [value("a"), true],
    [Buffer.from('{"transactionId":"\\u0061"}'), true],
    [Buffer.from('{"transactionId": "a", broken'), true],
    [Buffer.from('{"transactionId":"a","transactionId":"b"}'), true],
    [value("ab"), false],
    [value("b", ',"category":"a"'), false],
    [Buffer.from("a"), false],
    [null, false],
  ])("%s is one: %s", (message, expected) => {
    expect(isDelivery(message, "a")).toBe(expected);
  });
});

describe("the search", () => {
  const offsets = [
    { partition: 0, earliest: 100n, latest: 100_000n },
    { partition: 1, earliest: 0n, latest: 10n },
  ];

  it("reads the places that rows name first, those near each other together", () => {
    const rows = {
      duplicates: [duplicate(2, 200n), duplicate(3, 210n), duplicate(4, 90_000n), duplicate(5, 50n)],
    };
    const places = [
      ...knownPlaces({ ...none, rows }),
      { partition: 1, offset: 3n },
      { partition: 0, offset: -1n },
    ];
    expect(rangesOfPlaces(places, offsets)).toEqual([
      new Map([
        [0, { from: 200n, to: 211n }],
        [1, { from: 3n, to: 4n }],
      ]),
      new Map([[0, { from: 90_000n, to: 90_001n }]]),
    ]);
  });

  it("then what arrived since the event, and what is older", () => {
    const [since, before] = rangesSince(new Map([[0, 90_000n]]), offsets);
    expect(since).toEqual(
      new Map([
        [0, { from: 90_000n, to: 100_000n }],
        [1, { from: 0n, to: 10n }],
      ]),
    );
    expect(before).toEqual(new Map([[0, { from: 100n, to: 90_000n }]]));
    expect(sizeOf(since) + sizeOf(before)).toBe(99_910);
  });

  it("knows when it has found all valid deliveries", () => {
    const rows = { transactions: [transaction], duplicates: [duplicate(2, 9n)] };
    expect(expectedDeliveries({ ...none, rows }, true)).toBe(2);
    expect(expectedDeliveries({ ...none, rows }, false)).toBeUndefined();
    expect(expectedDeliveries(none, true)).toBeUndefined();
  });
});

describe("a trace", () => {
  const facts: TraceFacts = {
    ...none,
    rows: { transactions: [transaction], duplicates: [duplicate(2, 9n)] },
    sums: { sales_per_day: [{ sale_day: "2026-01-31", currency: "CHF", total_sales: "19.99" }] },
    deliveries: [event(0, 5n, 1)],
    search: { looked: 5, total: 1_000, isComplete: false },
  };

  it("is printed with every delivery, row and sum", () => {
    const style = styleFor({ write: () => undefined }, {}, "linux");
    expect(traceLines(facts, { style, width: 100 }).join("\n")).toMatchInlineSnapshot(`
      "a: transaction, delivered 2 times

        Delivery    partition 0, offset 5, received 2026-01-31T12:00:01.000Z, 33 bytes
                    transaction
                    {"transactionId": "a","amount":1}
        Delivery    partition 0, offset 9, received 2026-01-31T12:00:02.000Z
                    duplicate: delivery 2 of this id
        Rows        transactions: transactionid=a, transactiondate=2026-01-31 11:59:59
                    duplicates: transactionid=a, occurrence=2, kafka_partition=0, kafka_offset=9,
                    received_at=2026-01-31 12:00:02
        Counted in  sales_per_day: sale_day=2026-01-31, currency=CHF, total_sales=19.99

      Not all of the topic was searched: 5 of 1,000 events. --from TIME starts at another time."
    `);
  });

  it("is JSON for programs", () => {
    expect(traceJson(facts)).toMatchObject({
      id: "a",
      deliveries: [
        {
          partition: 0,
          offset: 5,
          outcome: "transaction",
          bytes: 33,
          receivedAt: "2026-01-31T12:00:01.000Z",
        },
        { partition: 0, offset: 9, outcome: "duplicate", bytes: null },
      ],
      countedIn: facts.sums,
    });
  });

  it("reads Postgres's times as UTC", () => {
    expect(isoTime("2026-01-31 12:00:00.5")).toBe("2026-01-31T12:00:00.500Z");
    expect(isoTime("")).toBeUndefined();
  });
});
