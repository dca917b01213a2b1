import { describe, expect, it } from "vitest";
import type { Column, Table } from "../../../infra/provider/catalogue.ts";
import { planSchema, widens } from "../../../infra/provider/schema-plan.ts";

const column = (name: string, type = "text", extra: Partial<Column> = {}): Column => ({
  name,
  type,
  notNull: false,
  ...extra,
});
const table = (columns: Column[], primaryKey: string[] = [], name = "t"): Table => ({
  name,
  columns,
  primaryKey,
});

describe("planSchema", () => {
  it("has nothing to do where both are the same", () => {
    const tables = [table([column("id", "integer", { notNull: true })], ["id"])];
    expect(planSchema(tables, structuredClone(tables), ["t"])).toEqual([]);
  });

  it("leaves a missing table to the DDL", () => {
    expect(planSchema([table([column("id")])], [], [])).toEqual([
      { what: "table t is created", destructive: false, sql: [] },
    ]);
  });

  it("adds columns with their default and NOT NULL", () => {
    const [step] = planSchema(
      [table([column("id"), column("n", "integer", { notNull: true, default: "0" })])],
      [table([column("id")])],
      [],
    );
    expect(step).toEqual({
      what: "column t.n is added",
      destructive: false,
      sql: ['ALTER TABLE "t" ADD COLUMN "n" integer DEFAULT 0 NOT NULL'],
    });
  });

  it("drops only tables that were its own", () => {
    const live = [table([column("id")], [], "mine"), table([column("id")], [], "theirs")];
    expect(planSchema([], live, ["mine", "gone"])).toEqual([
      { what: "table mine is dropped", destructive: true, sql: ['DROP TABLE "mine"'] },
    ]);
  });

  it("marks what loses data", () => {
    const live = [table([column("a", "numeric(18,2)"), column("b")], ["a"])];
    const desired = [table([column("a", "numeric(10,2)")], [])];
    const steps = planSchema(desired, live, []);
    expect(steps.map((step) => [step.what, step.destructive])).toEqual([
      ["column t.a changes from numeric(18,2) to numeric(10,2)", true],
      ["column t.b is dropped", true],
      ["primary key of t changes from (a) to ()", true],
    ]);
  });

  it("changes NOT NULL, defaults and wider types in place", () => {
    const live = [
      table([column("a", "integer", { notNull: true }), column("b", "text", { default: "'x'::text" })]),
    ];
    const desired = [table([column("a", "bigint"), column("b", "text", { notNull: true })])];
    const steps = planSchema(desired, live, []);
    expect(steps.every((step) => !step.destructive)).toBe(true);
    expect(steps.flatMap((step) => step.sql)).toEqual([
      'ALTER TABLE "t" ALTER COLUMN "a" TYPE bigint USING "a"::bigint',
      'ALTER TABLE "t" ALTER COLUMN "a" DROP NOT NULL',
      'ALTER TABLE "t" ALTER COLUMN "b" DROP DEFAULT',
      'ALTER TABLE "t" ALTER COLUMN "b" SET NOT NULL',
    ]);
  });

  it("quotes whatever a name holds", () => {
    const [step] = planSchema([], [table([], [], 'a"; DROP TABLE b; --')], ['a"; DROP TABLE b; --']);
    expect(step?.sql).toEqual(['DROP TABLE "a""; DROP TABLE b; --"']);
  });
});

describe("widens", () => {
  it.each([
    ["numeric(18,2)", "numeric(38,2)"],
    ["numeric(18,2)", "numeric(20,4)"],
    ["numeric(18,2)", "numeric"],
    ["character varying(20)", "character varying(40)"],
    ["character varying(20)", "text"],
    ["smallint", "integer"],
    ["integer", "bigint"],
    ["real", "double precision"],
    ["timestamp(3) without time zone", "timestamp(6) without time zone"],
    ["timestamp(3) without time zone", "timestamp without time zone"],
  ])("%s to %s keeps every value, and back it may not", (from, to) => {
    expect(widens(from, to)).toBe(true);
    expect(widens(to, from)).toBe(false);
  });

  it.each([
    ["numeric(18,2)", "numeric(18,4)"],
    ["integer", "text"],
    ["timestamp without time zone", "timestamp with time zone"],
    ["double precision", "numeric(18,2)"],
  ])("%s to %s is not that", (from, to) => {
    expect(widens(from, to)).toBe(false);
  });
});
