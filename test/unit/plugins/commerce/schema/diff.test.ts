import { describe, expect, it } from "vitest";
import { recreatedTables } from "../../../../../plugins/commerce/schema/diff.ts";

describe("recreatedTables", () => {
  it("names the tables with a recreated column", () => {
    const before = { "a.id": "1.1", "a.n": "1.2", "b.id": "2.1", "c.id": "3.1" };
    expect(recreatedTables(before, before)).toEqual([]);
    expect(recreatedTables(before, { ...before, "a.n": "1.3", "c.id": "9.1" })).toEqual(["a", "c"]);
    // New or removed columns: no value is missing.
    expect(recreatedTables(before, { "a.id": "1.1", "a.new": "1.3", "d.id": "4.1" })).toEqual([]);
  });
});
