import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "../../../engine/display/line-diff.ts";
import { renderProperties } from "../../../engine/display/values.ts";
import {
  compare,
  ignoreChanges,
  markSecretsLike,
  parsePath,
  pathsOverlap,
} from "../../../engine/property-path.ts";
import { mask, RedactingSink } from "../../../engine/redaction.ts";
import { secret, UNKNOWN } from "../../../plugin/values.ts";

describe("property paths", () => {
  it.each([
    ["a", ["a"]],
    ["a.b[0].c", ["a", "b", "0", "c"]],
    ['a["x.y"].z', ["a", "x.y", "z"]],
    ["a[*].b", ["a", "*", "b"]],
    ["*", ["*"]],
  ])("%s", (path, parts) => expect(parsePath(path)).toEqual(parts));

  it("overlap when one lies in the other", () => {
    expect(pathsOverlap("a.*.c", "a[3].c.d")).toBe(true);
    expect(pathsOverlap("a.b.c", "a.b")).toBe(true);
    expect(pathsOverlap("a.b", "a.c")).toBe(false);
    expect(() => parsePath("a[")).toThrow(/not a property path/);
  });
});

describe("differences", () => {
  it("are named as deep as both sides go", () => {
    const diff = compare({ a: { b: [1, 2], "x.y": 1 }, gone: 1 }, { a: { b: [1, 3], "x.y": 2 }, come: 1 });
    expect([...diff].map(([path, { kind }]) => [path, kind])).toEqual([
      ["a.b[1]", "update"],
      ['a["x.y"]', "update"],
      ["come", "add"],
      ["gone", "delete"],
    ]);
  });

  it("are ignored where asked for, added and removed ones too", () => {
    const olds = { a: 1, list: [{ x: 1, y: 1 }, { x: 2 }], removed: 1 };
    const news = { a: 2, list: [{ x: 9, y: 9 }, { x: 9 }], added: 1 };
    expect(ignoreChanges(news, olds, ["a", "list[*].x", "removed", "added"])).toEqual({
      a: 1,
      list: [{ x: 1, y: 9 }, { x: 2 }],
      removed: 1,
    });
  });

  it("of long texts come by line, and lead from the one to the other", () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = diffLines(before, after);
        const taken = (mark: string) => diff.filter((line) => line.mark === mark).map(({ line }) => line);
        expect(before.length - taken("-").length).toBe(after.length - taken("+").length);
      }),
    );
    expect(renderProperties({ sql: "a\nb\nc\nd\ne\n" }, { sql: "a\nb\nc\nd\nE\n" }, { indent: 4 })).toEqual([
      "  ~ sql: (text)",
      "        …",
      "        c",
      "        d",
      "      - e",
      "      + E",
    ]);
  });
});

describe("secrets", () => {
  const mark = (value: unknown, original: unknown) => markSecretsLike(value, original, secret);

  it("stay secret when a provider returns them bare", () => {
    expect(mark({ a: "x", b: "y" }, { a: secret("x"), b: "y" })).toEqual({ a: secret("x"), b: "y" });
    expect(mark({ env: ["A=1", "B=2"] }, { env: ["A=1", secret("B=2")] })).toEqual({
      env: ["A=1", secret("B=2")],
    });
    expect(mark({ env: ["B=2"] }, { env: ["A=1", secret("B=2")] })).toEqual({ env: secret(["B=2"]) });
  });

  it("are never shown", () => {
    const value = { a: [secret({ deep: "swordfish" })], b: UNKNOWN };
    expect(mask(value)).toEqual({ a: ["[secret]"], b: UNKNOWN });
    expect(renderProperties({}, value, { indent: 4 }).join("\n")).toContain("[unknown]");
    expect(renderProperties({ b: 1 }, value, { indent: 4 }).join("\n")).not.toContain("swordfish");
    const shown: string[] = [];
    const sink = new RedactingSink({ emit: (event) => shown.push(JSON.stringify(event)) });
    sink.learn(value);
    sink.emit({ kind: "program-output", stream: "stdout", text: "I say swordfish" });
    expect(shown.join()).toContain("I say [secret]");
  });
});
