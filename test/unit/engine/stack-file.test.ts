import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type ConfigPath, StackFileText } from "../../../engine/stack-file.ts";

const edited = (text: string, change: (file: StackFileText) => void) => {
  const file = new StackFileText(text, "p");
  change(file);
  return String(file);
};
const set = (text: string, value: unknown, ...path: ConfigPath) =>
  edited(text, (file) => file.set(path, value));
const remove = (text: string, ...path: ConfigPath) => edited(text, (file) => file.remove(path));

const file = `# The laptop's.
encryptionsalt: v1:x # by the CLI

config:
  # how fast
  p:rate: "1"    # per second
  plain: yes please

  p:servers:
    - name: a
      port: 1
  aws:region: north
`;

describe("a stack's file", () => {
  it("changes in one place only", () => {
    expect(set(file, "22", "p:rate")).toBe(file.replace('"1"    #', '"22" #'));
    expect(set(file, "no", "plain")).toBe(set(file, "1", "p:rate").replace("yes please", "no"));
    expect(set(file, "new", "fresh")).toBe(`${set(file, "1", "p:rate")}  p:fresh: new\n`);
    expect(set(file, 2, "servers", "0", "port")).toContain("    - name: a\n      port: 2\n");
    expect(remove(file, "aws:region")).toBe(set(file, "1", "p:rate").replace("  aws:region: north\n", ""));
    expect(remove(file, "absent")).toBe(set(file, "1", "p:rate"));
  });

  it("is started, or gets its first key, in whatever form it was left", () => {
    for (const text of ["", "# only this\n", "config:\n", "config: {}\n", "encryptionsalt: v1:x\n"]) {
      const next = set(text, "1", "a");
      expect(parse(next)).toMatchObject({ config: { "p:a": "1" } });
      expect(next).toContain(text.startsWith("#") ? "# only this" : "");
    }
  });

  it("makes lists and maps on the way, but none out of values or secrets", () => {
    const nested = set(set("", "x", "a", "0", "b.c"), true, "a", "1");
    expect(parse(nested)).toEqual({ config: { "p:a": [{ "b.c": "x" }, true] } });
    expect(() => set(nested, "x", "a", "5")).toThrow("p:a has no place [5]");
    expect(() => set(nested, "x", "a", "last")).toThrow("no place [last]");
    expect(() => set(nested, "x", "a", "1", "deep")).toThrow("p:a.1 holds a value");
    expect(() => set(set("", { secure: "v1:z" }, "s"), "x", "s", "part")).toThrow("holds a secret");
    expect(parse(remove(nested, "a", "0"))).toEqual({ config: { "p:a": [true] } });
    expect(() => new StackFileText("a: [", "p")).toThrow();
  });

  it("reads back every text as it was set, and all others as they were", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.constantFrom("p:rate", "plain", "other"),
        (value, key) => {
          const before = parse(file).config;
          const after = parse(set(file, value, key)).config;
          const written = key === "other" ? "p:other" : key;
          expect(after).toEqual({ ...before, [written]: value });
        },
      ),
    );
  });
});
