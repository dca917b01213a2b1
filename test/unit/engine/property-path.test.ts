import { describe, expect, it } from "vitest";
import { compare, contains, ignoreChanges, parsePath } from "../../../engine/property-path.ts";
import { secret, UNKNOWN } from "../../../plugins/sdk/values.ts";

describe("property paths", () => {
  it.each([
    ["a", ["a"]],
    ["a.b[0].c", ["a", "b", "0", "c"]],
    ['a["x.y"].z', ["a", "x.y", "z"]],
    ["a[*].b", ["a", "*", "b"]],
    ["*", ["*"]],
  ])("%s", (path, parts) => expect(parsePath(path)).toEqual(parts));

  it("contain themselves and what lies within", () => {
    expect(contains("a.*.c", "a[3].c.d")).toBe(true);
    expect(contains("*", "a.b")).toBe(true);
    expect(contains("a.b.c", "a.b")).toBe(false);
    expect(contains("a.*", "a")).toBe(false);
    expect(contains("a.b", "a.c")).toBe(false);
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
});

describe("ignored changes", () => {
  const olds = { a: 1, list: [{ x: 1, y: 1 }, { x: 2 }], map: { k: 1, gone: 1 }, removed: 1 };

  it.each([
    ["a value", { a: 2 }, "a", { a: 1 }],
    ["one that was taken out", { a: 2 }, "removed", { a: 2, removed: 1 }],
    ["one that was added", { a: 2, added: 1 }, "added", { a: 2 }],
    ["in a list", { list: [{ x: 9, y: 9 }, {}] }, "list[0].x", { list: [{ x: 1, y: 9 }, {}] }],
    ["in all of a list", { list: [{ x: 9 }, { x: 9 }] }, "list[*].x", { list: [{ x: 1 }, { x: 2 }] }],
    ["all of a map", { map: { k: 2, new: 1 } }, "map.*", { map: { k: 1, gone: 1 } }],
    ["in a map that is new", { fresh: { k: 1, l: 1 } }, "fresh.k", { fresh: { l: 1 } }],
    ["nowhere", { a: 2 }, "x.y.z", { a: 2 }],
    ["behind what is not known yet", { map: UNKNOWN }, "map.k", { map: UNKNOWN }],
    ["within a secret", { map: secret({ k: 2 }) }, "map.k", { map: secret({ k: 1 }) }],
  ])("%s", (_, news, path, expected) => expect(ignoreChanges(news, olds, [path])).toEqual(expected));

  it("leave secret what was", () => {
    const news = { map: { k: 2 } };
    expect(ignoreChanges(news, { map: secret({ k: 1 }) }, ["map.k"])).toEqual({ map: { k: secret(1) } });
    expect(ignoreChanges(news, { map: { k: secret(1) } }, ["map.k"])).toEqual({ map: { k: secret(1) } });
    expect(ignoreChanges(news, { map: secret({ k: 1 }) }, ["map"])).toEqual({ map: secret({ k: 1 }) });
  });

  it.each([
    ["a list of another length", { list: [{ x: 1 }] }, "list[1].x"],
    ["its last item gone", { list: [1] }, "list[1]"],
    ["what it lay in gone", { a: 1 }, "map.k"],
    ["something else in its place", { map: "text" }, "map.k"],
  ])("cannot be with %s", (_, news, path) =>
    expect(() => ignoreChanges(news, olds, [path])).toThrow(`'${path}' is not there before and after`),
  );
});
