import { describe, expect, it } from "vitest";
import { diffByTable, diffOfData } from "../../../../plugins/sdk/diff.ts";
import { UNKNOWN } from "../../../../plugins/sdk/values.ts";

interface Inputs {
  name: string;
  size?: number;
  note?: string;
}
const table = { name: "replace", size: "update", note: "ignore" } as const;

describe("diffByTable", () => {
  it("classifies each change", () => {
    const diff = diffByTable<Inputs>(
      table,
      { name: "a", size: 1, note: "x" },
      { name: "b", size: 2, note: "y" },
    );
    expect(diff).toEqual({
      changes: true,
      replaces: ["name"],
      detailed: { name: "update-replace", size: "update" },
    });
  });

  it("distinguishes added from removed properties", () => {
    expect(diffByTable<Inputs>(table, { name: "a" }, { name: "a", size: 1 }).detailed).toEqual({
      size: "add",
    });
    expect(diffByTable<Inputs>(table, { name: "a", size: 1 }, { name: "a" }).detailed).toEqual({
      size: "delete",
    });
  });

  it("reports no change for equal and for ignored inputs", () => {
    expect(diffByTable<Inputs>(table, { name: "a", note: "x" }, { name: "a" }).changes).toBe(false);
  });

  it("treats an unknown value as a change", () => {
    const unknown = { name: UNKNOWN } satisfies Inputs;
    expect(diffByTable<Inputs>(table, { name: "a" }, unknown).replaces).toEqual(["name"]);
  });

  it("replaces for a property without a class, so that no change is lost", () => {
    const odd = { name: "a", odd: 1 } as Inputs;
    expect(diffByTable<Inputs>(table, { name: "a" }, odd).replaces).toEqual(["odd"]);
  });
});

describe("diffOfData", () => {
  it("never replaces for an unknown value, at any depth", () => {
    expect(diffOfData<Inputs>(table, { name: "a" }, { name: UNKNOWN })).toEqual({
      changes: true,
      replaces: [],
      detailed: { name: "update" },
    });
    const deep = { name: { of: [UNKNOWN] } } as unknown as Inputs;
    expect(diffOfData<Inputs>(table, { name: "a" }, deep).replaces).toEqual([]);
  });

  it("replaces for a known value, as the table says", () => {
    const diff = diffOfData<Inputs>(table, { name: "a", size: 1 }, { name: "b", size: 2 });
    expect(diff).toEqual(diffByTable<Inputs>(table, { name: "a", size: 1 }, { name: "b", size: 2 }));
  });
});
