import { isUtf8 } from "node:buffer";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Json, readJson, Unreadable } from "../../oracle/json.ts";
import { firstIllFormed } from "../../oracle/utf8.ts";

const read = (text: string, maxDepth = 1000) => readJson(Buffer.from(text), maxDepth);

/** As JSON.parse would show it: the last of members with one name wins. */
function plain(json: Json): unknown {
  switch (json.type) {
    case "null":
      return null;
    case "number":
      return Number(json.text);
    case "array":
      return json.items.map(plain);
    case "object":
      return Object.fromEntries(json.members.map(({ name, value }) => [name, plain(value)]));
    case "string":
      return json.value;
    case "boolean":
      return "a boolean";
  }
}

const attempt = (work: () => unknown) => {
  try {
    return { value: work() };
  } catch (error) {
    return error instanceof Unreadable ? error.message : "refused";
  }
};
const booleansNamed = (_: string, value: unknown) => (typeof value === "boolean" ? "a boolean" : value);

describe("readJson", () => {
  /** Any JSON, and any JSON with a character put in or one or two taken out somewhere. */
  const signs = '{}[],:"\\/ \t\n\u000b\ufeff0-+.eEu\u0000ntf';
  const texts = fc.oneof(
    fc.json(),
    fc.tuple(fc.json(), fc.nat(), fc.constantFrom("", ...signs), fc.nat(2)).map(([text, at, sign, cut]) => {
      const index = at % (text.length + 1);
      return Buffer.from(text.slice(0, index) + sign + text.slice(index + cut)).toString();
    }),
  );

  it("takes and refuses what JSON.parse does, whatever is done to a text", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const ours = attempt(() => plain(read(text)));
        const theirs = attempt(() => JSON.parse(text, booleansNamed));
        expect(typeof ours === "string" ? "refused" : ours).toEqual(theirs);
      }),
      { numRuns: 1000 },
    );
  });

  it("calls every start of a text cut off, and a control character the first bad byte wherever it stands", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, cut) => {
        const whole = Buffer.from(`[${json}]`);
        const start = whole.subarray(0, cut % whole.length);
        const reason = (bytes: Buffer) => attempt(() => readJson(bytes, 1000));
        expect(reason(start)).toBe(`not JSON: ends after ${start.length} bytes`);
        expect(reason(Buffer.concat([start, Buffer.of(1), whole]))).toBe(
          `not JSON: unexpected byte at offset ${start.length}`,
        );
      }),
    );
  });

  it("keeps a number's digits and every member", () => {
    expect(read('{"a": 1.10e+02, "\\u0061": "\\ud83d\\ude00\\/é"}', 1)).toEqual({
      type: "object",
      members: [
        { name: "a", at: 1, value: { type: "number", text: "1.10e+02" } },
        { name: "a", at: 16, value: { type: "string", value: "😀/é" } },
      ],
    });
  });

  it.each([
    ["", "ends after 0 bytes"],
    [" \n", "ends after 2 bytes"],
    ["{'a':1}", "unexpected byte at offset 1"],
    ['{"a":01}', "unexpected byte at offset 6"],
    ['{"a":1,}', "unexpected byte at offset 7"],
    ['{"a":NaN}', "unexpected byte at offset 5"],
    ['{"a":nUll}', "unexpected byte at offset 6"],
    ['{"é":1} x', "unexpected byte at offset 9"],
    ['"a\tb"', "unexpected byte at offset 2"],
    ['"\\x41"', "unexpected byte at offset 2"],
    ['"\\u00g0"', "unexpected byte at offset 5"],
    ['"\\u00', "ends after 5 bytes"],
    ["[1 2]", "unexpected byte at offset 3"],
    ["[1.]", "unexpected byte at offset 3"],
    ["1e+", "ends after 3 bytes"],
    ["tru", "ends after 3 bytes"],
    ["\ufeff{}", "unexpected byte at offset 0"],
  ])("says where %s stops being JSON", (text, where) => {
    expect(() => read(text)).toThrow(new Unreadable(`not JSON: ${where}`));
  });

  it("counts depth and stops at the bracket that goes too far", () => {
    expect(read("[[1]]", 2)).toMatchObject({ type: "array" });
    expect(() => read("[[1]]", 1)).toThrow(new Unreadable("nested deeper than 1 levels"));
    expect(() => read("[[?]]", 1)).toThrow("nested");
    expect(() => read("[?[1]]", 1)).toThrow("not JSON");
    expect(() => read("[".repeat(100_000), 64)).toThrow("nested");
  });

  it("reads a string of a megabyte", () => {
    expect(read(`"${"x\\n".repeat(400_000)}"`, 1)).toEqual({ type: "string", value: "x\n".repeat(400_000) });
  });
});

describe("firstIllFormed", () => {
  it("agrees with Node on what is UTF-8, and with a prefix of it on where it ends", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.tuple(fc.string({ unit: "grapheme" }), fc.nat(), fc.nat(255)).map(([text, at, byte]) => {
        const some = Buffer.from(text);
        some[at % (some.length + 1)] = byte;
        return some;
      }),
    );
    fc.assert(
      fc.property(bytes, (some) => {
        const at = firstIllFormed(Buffer.from(some));
        expect(at === undefined).toBe(isUtf8(some));
        if (at !== undefined) expect(isUtf8(some.subarray(0, at))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["c0 80", 0],
    ["41 c3", 1],
    ["41 e2 82 41", 1],
    ["ed a0 80", 0],
    ["f4 90 80 80", 0],
    ["f0 9f 98 80 80", 4],
    ["ef bb bf", undefined],
  ])("%s", (hex, at) => {
    expect(firstIllFormed(Buffer.from(hex.replaceAll(" ", ""), "hex"))).toBe(at);
  });
});
