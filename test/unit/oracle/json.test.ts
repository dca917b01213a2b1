import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Json, NotJson, readJson, TooDeep } from "../../oracle/json.ts";

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
      return Object.fromEntries(json.members.map(([name, value]) => [name, plain(value)]));
    default:
      return json.value;
  }
}

const attempt = (read: () => unknown) => {
  try {
    return { value: read() };
  } catch {
    return "refused";
  }
};

describe("readJson", () => {
  it("takes and refuses what JSON.parse does, whatever is done to a text", () => {
    const mutated = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom(...'{}[],:"\\/ \t\n\u000b\ufeff0-+.eEu\u0000nt'.split(""), ""),
        fc.nat(2),
      )
      .map(([text, at, char, cut]) => {
        const index = at % (text.length + 1);
        return text.slice(0, index) + char + text.slice(index + cut);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), mutated), (text) => {
        expect(attempt(() => plain(readJson(text, 1000)))).toEqual(attempt(() => JSON.parse(text)));
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps a number's digits and every member", () => {
    expect(readJson('{"a": 1.10e+02, "\\u0061": "\\ud83d\\ude00\\/"}', 1)).toEqual({
      type: "object",
      members: [
        ["a", { type: "number", text: "1.10e+02" }],
        ["a", { type: "string", value: "😀/" }],
      ],
    });
  });

  it.each([
    ["", 0],
    ["{'a':1}", 1],
    ['{"a":01}', 6],
    ['{"a":1,}', 7],
    ['{"a":NaN}', 5],
    ['{"a":1} x', 8],
    ['"a\tb"', 0],
    ["[1 2]", 3],
  ])("says where %s stops being JSON", (text, position) => {
    expect(() => readJson(text, 10)).toThrow(expect.objectContaining({ position, constructor: NotJson }));
  });

  it("counts depth and stops at its limit", () => {
    expect(readJson("[[1]]", 2)).toMatchObject({ type: "array" });
    expect(() => readJson("[[1]]", 1)).toThrow(TooDeep);
    expect(() => readJson("[".repeat(100_000), 64)).toThrow(TooDeep);
  });

  it("reads a string of a megabyte", () => {
    expect(readJson(`"${"x\\n".repeat(400_000)}"`, 1)).toEqual({
      type: "string",
      value: "x\n".repeat(400_000),
    });
  });
});
