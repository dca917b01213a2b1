import { describe, expect, it } from "vitest";
import type { Row, Transaction } from "../../../../../plugins/commerce/clients/postgres.ts";
import type { SchemaStep } from "../../../../../plugins/commerce/schema/plan.ts";
import { backUp, triage } from "../../../../../plugins/commerce/schema/triage.ts";

const step = (what: string, extra: Partial<SchemaStep> = {}): SchemaStep => ({
  table: "t",
  what,
  isDestructive: false,
  sql: [],
  ...extra,
});
const inTheWay = "SELECT some";
const notInTheWay = "SELECT none";

const run: string[] = [];
const transaction: Transaction = {
  run: async (text): Promise<Row[]> => {
    run.push(text);
    return text === inTheWay ? [{ one: 1 }] : [];
  },
};

describe("triage", () => {
  const steps = [
    step("plain"),
    step("NOT NULL, with NULLs", { probe: inTheWay, leave: "NULLs" }),
    step("NOT NULL, without", { probe: notInTheWay, leave: "NULLs" }),
    step("narrower, and a value is lost", { isDestructive: true, probe: inTheWay }),
    step("narrower, and none is", { isDestructive: true, probe: notInTheWay }),
    step("somebody's column", { isDestructive: true, leave: "foreign" }),
    step("own column", { isDestructive: true }),
  ];
  const outcome = async (allowDestructive: boolean) => {
    const { taken, left, refused } = await triage(transaction, steps, allowDestructive);
    return {
      taken: taken.map(({ what, isLossy }) => (isLossy ? `${what}!` : what)),
      left: left.map(({ what }) => what),
      refused: refused.map(({ what }) => what),
    };
  };

  it("refuses steps that would lose data", async () => {
    expect(await outcome(false)).toEqual({
      taken: ["plain", "NOT NULL, without", "narrower, and none is"],
      left: ["NOT NULL, with NULLs", "somebody's column"],
      refused: ["narrower, and a value is lost", "own column"],
    });
  });

  it("accepts them if that is allowed, and marks them as lossy", async () => {
    expect(await outcome(true)).toEqual({
      taken: [
        "plain",
        "NOT NULL, without",
        "narrower, and a value is lost!",
        "narrower, and none is",
        "somebody's column!",
        "own column!",
      ],
      left: ["NOT NULL, with NULLs"],
      refused: [],
    });
  });
});

describe("backUp", () => {
  it("names the copy after the table and the time, and never truncates the time", async () => {
    run.length = 0;
    const at = new Date("2026-11-23T01:40:07.123Z");
    expect(await backUp(transaction, "public", 'a"b', at)).toBe('commerce_backup.a"b_20261123T014007');
    expect(run).toEqual([
      "CREATE SCHEMA IF NOT EXISTS commerce_backup",
      'CREATE TABLE commerce_backup."a""b_20261123T014007" AS TABLE public."a""b"',
    ]);
    const long = await backUp(transaction, "public", "x".repeat(63), at);
    expect(long.split(".")[1]).toHaveLength(63);
  });
});
