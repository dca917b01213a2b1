import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { batchesOf, LARGEST_EVENT } from "../../../../cli/events/batches.ts";
import { eventJson, eventLine } from "../../../../cli/events/event-line.ts";
import { addLanded, type Landed, landedLines } from "../../../../cli/events/landed.ts";
import { linesOf } from "../../../../cli/events/lines.ts";
import { styleFor } from "../../../../cli/style.ts";

const plain = styleFor({ write: () => undefined });

async function sent(...chunks: (string | Buffer)[]): Promise<string[][]> {
  const found: string[][] = [];
  for await (const batch of batchesOf(linesOf(Readable.from(chunks)))) {
    found.push(batch.map(({ number, bytes }) => `${number} ${bytes.toString("latin1")}`));
  }
  return found;
}

describe("events in a file", () => {
  it("are its lines, unchanged, whatever the chunks it is read in", async () => {
    const invalid = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    expect(await sent('{"a":1}\n{"b', '":2}\r\n', "not JSON\n", invalid)).toEqual([
      ['1 {"a":1}', '2 {"b":2}\r', "3 not JSON", `4 ${invalid.toString("latin1")}`],
    ]);
  });

  it("leave out blank lines, but count them", async () => {
    expect(await sent("\n a \n \t\r\nb")).toEqual([["2  a ", "4 b"]]);
    expect(await sent("\n\n")).toEqual([]);
  });

  it("are sent in batches of bounded size", async () => {
    const many = await sent(Array.from({ length: 2_500 }, (_, at) => `${at}\n`).join(""));
    expect(many.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    const large = `${"x".repeat(300_000)}\n`;
    expect((await sent(large, large, large)).map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it("are refused when the topic cannot take one, after those before it", async () => {
    const batches: number[] = [];
    const read = async () => {
      const input = Readable.from(["a\nb\n", "x".repeat(LARGEST_EVENT + 1)]);
      for await (const batch of batchesOf(linesOf(input))) batches.push(batch.length);
    };
    await expect(read()).rejects.toThrow(
      "line 3 has 1,000,001 bytes; the topic takes events of up to 1,000,000",
    );
    expect(batches).toEqual([2]);
  });
});

describe("where events landed", () => {
  it("is added up by partition", () => {
    const acknowledged: [number, bigint, number][] = [
      [2, 7n, 30],
      [0, 5n, 1],
      [2, 40n, 10],
    ];
    const landed = acknowledged.reduce<readonly Landed[]>((all, one) => addLanded(all, ...one), []);
    expect(landedLines(landed)).toEqual([
      "partition 0, offset 5",
      "partition 2, 40 events at offsets 7 to 49",
    ]);
  });
});

describe("an event of the topic", () => {
  const event = {
    partition: 3,
    offset: 12n,
    time: Date.parse("2026-01-31T12:00:00Z"),
    key: Buffer.from("id"),
    value: Buffer.from('{"a":\n"\x1b[31m"}'),
  };

  it("is one line that the terminal shows as it is", () => {
    expect(eventLine(event, plain)).toBe('3:12 2026-01-31T12:00:00.000Z {"a":\\x0a"\\x1b[31m"}');
    expect(eventLine({ ...event, value: null }, plain)).toBe("3:12 2026-01-31T12:00:00.000Z (null)");
  });

  it("is JSON in which every byte can be had back", () => {
    expect(JSON.parse(eventJson(event))).toEqual({
      partition: 3,
      offset: 12,
      time: "2026-01-31T12:00:00.000Z",
      key: "id",
      value: event.value.toString(),
    });
    const bytes = Buffer.from([0xff, 0x00]);
    expect(JSON.parse(eventJson({ ...event, key: null, value: bytes }))).toMatchObject({
      key: null,
      base64: bytes.toString("base64"),
    });
  });
});
