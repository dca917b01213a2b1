import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { align } from "../../../engine/display/align.ts";
import { renderProperties } from "../../../engine/display/values.ts";
import { columns, cut, oneLine } from "../../../engine/display/width.ts";
import { secret, UNKNOWN } from "../../../plugins/sdk/values.ts";

const shown = (olds: object, news: object, unchanged: "brief" | "none" | "all" = "brief") =>
  renderProperties(olds, news, 4, unchanged).map(({ text }) => text);

describe("two lists side by side", () => {
  it("lead from the one to the other, with as much in common as there is", () => {
    const lists = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(lists, lists, (before, after) => {
        const pairs = align(before, after, Object.is);
        const defined = (side: 0 | 1) =>
          pairs.map((pair) => pair[side]).filter((index) => index !== undefined);
        expect(defined(0)).toEqual([...before.keys()]);
        expect(defined(1)).toEqual([...after.keys()]);
        for (const [i, j] of pairs) if (i !== undefined && j !== undefined) expect(before[i]).toBe(after[j]);
        expect(align(after, before, Object.is)).toHaveLength(pairs.length);
      }),
    );
  });

  it("of any length come without taking much memory", () => {
    const lines = (mark: string) => Array.from({ length: 20_000 }, (_, index) => `${mark}${index}`);
    expect(align(lines("a"), lines("b"), Object.is)).toHaveLength(40_000);
    const changed = lines("a").with(19_000, "x");
    expect(align(lines("a"), changed, Object.is)).toHaveLength(20_001);
  });
});

describe("changes of properties", () => {
  it("come by line in long texts, with two lines around them", () => {
    expect(shown({ sql: "a\nb\nc\nd\ne\nf\n" }, { sql: "a\nb\nc\nd\nE\nf\n" })).toEqual([
      "  ~ sql: (text)",
      "        …",
      "        c",
      "        d",
      "      - e",
      "      + E",
      "        f",
    ]);
  });

  it("come by key in objects and by item in lists, without what stayed", () => {
    const before = { env: { A: "1", B: "2", C: { deep: [1, 2] } }, ports: [{ in: 1 }, { in: 2, out: 3 }] };
    const after = { env: { A: "1", C: { deep: [1, 3] } }, ports: [{ in: 0 }, { in: 1 }, { in: 2, out: 4 }] };
    expect(shown(before, after)).toEqual([
      "  ~ env  : {",
      '      - B: "2"',
      "      ~ C: {",
      "          ~ deep: [",
      "              ~ [1]: 2 => 3",
      "            ]",
      "        }",
      "    }",
      "  ~ ports: [",
      "      + [0]: {",
      "          + in: 0",
      "      + }",
      "      ~ [2]: {",
      "          ~ out: 3 => 4",
      "        }",
      "    ]",
    ]);
  });

  it("keep what stayed short", () => {
    const few = { name: "x", labels: { a: "1".repeat(100) }, changed: 1 };
    expect(shown(few, { ...few, changed: 2 })).toEqual([
      "  ~ changed: 1 => 2",
      `    labels : {"a":"${"1".repeat(53)}…`,
      '    name   : "x"',
    ]);
    const many = Object.fromEntries([..."abcdefghij"].map((key) => [key, 1]));
    expect(shown(many, { ...many, c: 2 })).toEqual(["  ~ c: 1 => 2", "    (9 unchanged)"]);
  });

  it("are cut around in long lines, and seen within JSON", () => {
    const line = (word: string) => `${"x".repeat(200)}${word}${"y".repeat(200)}`;
    expect(shown({ v: line("old") }, { v: line("new") })).toEqual([
      `  ~ v: "…${"x".repeat(24)}old${"y".repeat(24)}…" => "…${"x".repeat(24)}new${"y".repeat(24)}…"`,
    ]);
    expect(shown({ v: '{"a":1,"b":[1,2]}' }, { v: '{ "a": 1, "b": [2] }' })).toEqual([
      "  ~ v: (json) {",
      "      ~ b: [",
      "          - [0]: 1",
      "        ]",
      "    }",
    ]);
    expect(shown({ v: "[broken" }, { v: "[1]" })).toEqual(['  ~ v: "[broken" => "[1]"']);
  });

  it("never show a secret, and say what is not known", () => {
    const before = { list: [{ pw: secret("swordfish"), n: 1 }], id: "a", key: secret("old-key") };
    const after = {
      list: [{ pw: secret("goldfish"), n: 1 }],
      id: UNKNOWN,
      key: { k: secret({ deep: "x" }) },
    };
    expect(shown(before, after)).toEqual([
      '  ~ id  : "a" => [unknown]',
      '  ~ key : [secret] => {"k":"[secret]"}',
      "  ~ list: [",
      "      ~ [0]: {",
      "          ~ pw: [secret] => [secret]",
      "        }",
      "    ]",
    ]);
    expect(shown(before, before, "all")).toEqual([
      '    id  : "a"',
      "    key : [secret]",
      "    list: [",
      "        [0]: {",
      "            n : 1",
      "            pw: [secret]",
      "        }",
      "    ]",
    ]);
  });
});

describe("widths", () => {
  it.each([
    ["plain", 5],
    ["日本語", 6],
    ["e\u0301", 1],
    ["👩‍👩‍👧", 2],
    ["🇩🇪", 2],
    ["❤\uFE0F", 2],
    ["한글", 4],
    ["ｆｕｌｌ", 8],
    ["a\u200Bb", 2],
  ])("%s takes %i columns", (text, width) => expect(columns(text)).toBe(width));

  it("texts are cut between characters, never within", () => {
    expect(cut("日本語", 5)).toBe("日本…");
    expect(cut("ab👩‍👩‍👧cd", 4)).toBe("ab…");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, width) => {
        expect(columns(cut(text, width))).toBeLessThanOrEqual(Math.max(width, 0));
      }),
    );
  });

  it("nothing that moves the cursor gets through", () => {
    expect(oneLine("\x1b[31mred\x1b[0m\r\n\x1b[2Jb\x07\ttab\x9b")).toBe("red b tab");
  });
});
