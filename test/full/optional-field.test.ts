/**
 * Adds an optional field to the event on a running stack: all state is kept, earlier rows have NULL, and an event whose
 * field has another type is a dead letter. Every table is compared with the oracle's.
 */
import { describe, expect, it } from "vitest";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { event, type Raw } from "../oracle/corpus/entry.ts";
import { Postgres } from "../oracle/postgres.ts";
import { type Settled, settle } from "../oracle/settle.ts";
import type { Message, Tables } from "../oracle/tables.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG = {
  eventsPerSecond: "10",
  partitions: 2,
  checkpointInterval: 2,
  ...stackPorts(),
};
const SOURCE = "sql/flink/10-source.sql";

const stack = useStack("live-field", CONFIG);
let topic: Topic;
let readerUrl: string;
/** The end offset of each partition when the field was declared. */
const ends = new Map<number, bigint>();

async function commerce(verb: string, ...args: string[]): Promise<string> {
  const { code, text } = await stack.workspace.commerce(verb, args);
  expect(code, text).toBe(0);
  return text;
}

const edit = (file: string, from: RegExp, to: string) =>
  stack.workspace.edit(file, (text) => text.replace(from, to));

const send = (...events: Raw[]) => topic.send(events.map((raw) => ({ value: event(raw), partition: 0 })));

const isAfter = ({ partition, offset }: Message) => offset >= (ends.get(partition) ?? 0n);

/** @param declared whether the field is already a column */
async function settled(declared: boolean): Promise<Settled> {
  await stack.stopProducer();
  const withColumn = (tables: Tables): Tables => ({
    ...tables,
    transactions: tables.transactions.map((row) => ({ couponcode: null, ...row })),
  });
  const optional = (message: Message) => (declared && isAfter(message) ? ["couponCode"] : []);
  return Postgres.with(readerUrl, (postgres) =>
    settle(topic, postgres, declared ? withColumn : undefined, optional),
  );
}

describe("an optional field", () => {
  it("is ignored, whatever its value, until it is declared", async () => {
    await commerce("up", "--yes");
    const outputs = await stack.workspace.outputs();
    topic = new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string);
    readerUrl = outputs.readerUrl as string;
    await send(
      { transactionId: '"early"', couponCode: '"SPRING"' },
      { transactionId: '"early-number"', couponCode: "7" },
    );
    const { messages, differences } = await settled(false);
    expect(differences).toEqual([]);
    for (const { partition, offset } of messages) ends.set(partition, offset + 1n);
  });

  it("must be a STRING, as the preview reports", async () => {
    const source = stack.workspace.read(SOURCE);
    edit(SOURCE, /^ {2}location +STRING,$/m, "$&\n  couponCode INT,");
    const { code, text } = await stack.workspace.commerce("preview");
    stack.workspace.edit(SOURCE, () => source);
    expect(code, text).not.toBe(0);
    expect(text).toContain("column 10 is `couponCode` INT, but must be `couponCode` STRING");
  });

  it("is added in four files without losing any state", async () => {
    edit("sql/postgres/10-tables.sql", /^ {2}location +text NOT NULL,$/m, "$&\n  couponCode text,");
    edit(SOURCE, /^ {2}location +STRING,$/m, "$&\n  couponCode STRING,");
    edit(SOURCE, /merchant, location,$/m, "merchant, location, couponCode,");
    edit("sql/flink/20-sinks.sql", /^ {2}location +STRING NOT NULL,$/m, "$&\n  couponCode STRING,");
    edit("sql/flink/30-statement-set.sql", /merchant, location$/m, "merchant, location, couponCode");
    expect(await commerce("preview")).toContain("All state that is still needed is kept");
    await commerce("up", "--yes");
    expect((await settled(true)).differences).toEqual([]);
  });

  it("is stored as a value or NULL, and makes the event a dead letter if it is invalid", async () => {
    const good: [id: string, couponCode: string | undefined, stored: string | null][] = [
      ["with", '"SPRING"', "SPRING"],
      ["without", undefined, null],
      ["null", "null", null],
      ["empty", '""', ""],
      ["escaped", '"\\u00c4\\n"', "Ä\n"],
      ["long", `"${"ü".repeat(255)}"`, "ü".repeat(255)],
      // A duplicate, whose first delivery was stored before the field was declared.
      ["early", '"SUMMER"', null],
    ];
    const bad: [couponCode: string, reason: string, changes?: Raw][] = [
      ["7", "field 'couponCode' is a number, not a string"],
      ["true", "field 'couponCode' is a boolean, not a string"],
      ['["a"]', "field 'couponCode' is an array, not a string"],
      ["{}", "field 'couponCode' is an object, not a string"],
      [`"${"x".repeat(256)}"`, "field 'couponCode' is longer than 255 characters"],
      ['"\\u0000"', "field 'couponCode' contains the character U+0000"],
      ['"\\ud800"', "field 'couponCode' contains half a surrogate pair"],
      ['"a","couponCode":null', "duplicated key 'couponCode'"],
      ["1", "missing field 'location'", { location: undefined }],
    ];
    await send(
      ...good.map(([id, couponCode]) => ({ transactionId: `"${id}"`, couponCode })),
      ...bad.map(([couponCode, , changes]) => ({ ...changes, couponCode })),
      // An escaped key is the same key.
      { "coupon\\u0043ode": '"FIRST"', transactionId: '"key"' },
    );
    const { actual, differences } = await settled(true);
    expect(differences).toEqual([]);
    const stored = new Map(actual.transactions.map((row) => [row.transactionid, row.couponcode]));
    for (const [id, , couponCode] of [...good, ["key", "", "FIRST"] as const])
      expect([id, stored.get(id)]).toEqual([id, couponCode]);
    expect(stored.get("early-number")).toBeNull();
    expect(actual.duplicates.map((row) => row.transactionid)).toEqual(["early"]);
    expect(actual.dead_letters.map((row) => row.reason).sort()).toEqual(
      bad.map(([, reason]) => reason).sort(),
    );
  });

  it("is filled in for earlier rows by a replay", async () => {
    await commerce("replay", "--yes");
    ends.clear();
    const { actual, differences } = await settled(true);
    expect(differences).toEqual([]);
    const early = actual.transactions.filter((row) => row.transactionid?.startsWith("early"));
    expect(early.map((row) => [row.transactionid, row.couponcode])).toEqual([["early", "SPRING"]]);
  });
});
