import { describe, expect, it } from "vitest";
import type { Column, Table } from "../../../../../plugins/commerce/schema/catalogue.ts";
import { type Previous, planSchema, widens } from "../../../../../plugins/commerce/schema/plan.ts";

const column = (name: string, type = "text", extra: Partial<Column> = {}): Column => ({
  name,
  id: `1.${name}`,
  type,
  notNull: false,
  ...extra,
});
const table = (columns: Column[], primaryKey: string[] = [], name = "t"): Table => ({
  name,
  columns,
  primaryKey,
});
const earlier = (declared: Partial<Previous> = {}): Previous => ({
  tables: [],
  columns: new Set(),
  isDrift: false,
  ...declared,
});

describe("planSchema", () => {
  it("plans nothing for equal tables", () => {
    const tables = [table([column("id", "integer", { notNull: true })], ["id"])];
    expect(planSchema(tables, structuredClone(tables), earlier({ tables: ["t"] }))).toEqual([]);
  });

  it("leaves a missing table to the DDL", () => {
    expect(planSchema([table([column("id")])], [], earlier())).toEqual([
      { table: "t", what: "table t is created", isDestructive: false, sql: [] },
    ]);
  });

  it("adds columns with their default and NOT NULL", () => {
    const [step] = planSchema(
      [table([column("id"), column("n", "integer", { notNull: true, default: "0" })])],
      [table([column("id")])],
      earlier(),
    );
    expect(step).toEqual({
      table: "t",
      what: "column t.n is added",
      isDestructive: false,
      sql: ['ALTER TABLE "t" ADD COLUMN "n" integer DEFAULT 0 NOT NULL'],
    });
  });

  it("drops only tables that earlier DDL declared", () => {
    const live = [table([column("id")], [], "mine"), table([column("id")], [], "theirs")];
    expect(planSchema([], live, earlier({ tables: ["mine", "gone"] }))).toEqual([
      { table: "mine", what: "table mine is dropped", isDestructive: true, sql: ['DROP TABLE "mine"'] },
    ]);
  });

  it("marks steps that lose data", () => {
    const live = [table([column("a", "numeric(18,2)"), column("b")], ["a"])];
    const desired = [table([column("a", "numeric(10,2)")], [])];
    const steps = planSchema(desired, live, earlier({ columns: new Set(["t.b"]) }));
    expect(steps.map((step) => [step.what, step.isDestructive])).toEqual([
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
    const steps = planSchema(desired, live, earlier());
    expect(steps.every((step) => !step.isDestructive)).toBe(true);
    expect(steps.flatMap((step) => step.sql)).toEqual([
      'ALTER TABLE "t" ALTER COLUMN "a" TYPE bigint USING "a"::bigint',
      'ALTER TABLE "t" ALTER COLUMN "a" DROP NOT NULL',
      'ALTER TABLE "t" ALTER COLUMN "b" DROP DEFAULT',
      'ALTER TABLE "t" ALTER COLUMN "b" SET NOT NULL',
    ]);
  });

  it("distinguishes a column that the DDL no longer declares from one that somebody else added", () => {
    const live = [
      table([column("id"), column("own"), column("foreign"), column("must", "text", { notNull: true })]),
    ];
    const steps = planSchema([table([column("id")])], live, earlier({ columns: new Set(["t.id", "t.own"]) }));
    expect(steps.map(({ what, leave }) => [what, leave])).toEqual([
      ["column t.own is dropped", undefined],
      ["column t.foreign, which is not in the DDL, is dropped", "column t.foreign is not in the DDL"],
      // The job does not fill it, so Postgres would refuse each of its rows.
      ["column t.must, which is not in the DDL, is dropped", undefined],
    ]);
  });

  it("forbids NULL in a new column only if no row lacks a value", () => {
    const desired = [table([column("id"), column("n", "integer", { notNull: true })])];
    expect(
      planSchema(desired, [table([column("id")])], earlier()).map(({ sql, probe }) => [sql, probe]),
    ).toEqual([
      [['ALTER TABLE "t" ADD COLUMN "n" integer'], undefined],
      [['ALTER TABLE "t" ALTER COLUMN "n" SET NOT NULL'], 'SELECT 1 FROM "t" LIMIT 1'],
    ]);
    const [step] = planSchema(desired, [table([column("id"), column("n", "integer")])], earlier());
    expect(step?.probe).toBe('SELECT 1 FROM "t" WHERE "n" IS NULL LIMIT 1');
    expect(step?.leave).toContain("t.n is NULL in rows that lack it");
  });

  it("reverts a type that was changed by hand, if every value survives", () => {
    const desired = [table([column("a", "numeric(18,2)")])];
    const live = [table([column("a", "double precision")])];
    const [byHand] = planSchema(desired, live, earlier({ isDrift: true }));
    expect(byHand).toMatchObject({
      isDestructive: true,
      probe: 'SELECT 1 FROM "t" WHERE "a"::numeric(18,2)::double precision IS DISTINCT FROM "a" LIMIT 1',
    });
    // A narrower type in the DDL is deliberate, whatever the rows contain.
    expect(planSchema(desired, live, earlier())[0]?.probe).toBeUndefined();
  });

  it("recreates a table whose rows have lost part of their key", () => {
    const key = column("id", "text", { notNull: true });
    const desired = [table([key, column("b")], ["id"])];
    expect(planSchema(desired, [table([column("b")])], earlier())).toEqual([
      {
        table: "t",
        what: "table t, whose rows lack the key column id, is recreated, empty",
        isDestructive: true,
        sql: ['DROP TABLE "t"'],
        probe: 'SELECT 1 FROM "t" LIMIT 1',
      },
    ]);
  });

  it("quotes every character of a name", () => {
    const [step] = planSchema(
      [],
      [table([], [], 'a"; DROP TABLE b; --')],
      earlier({ tables: ['a"; DROP TABLE b; --'] }),
    );
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
  ])("%s to %s keeps every value, and the reverse does not", (from, to) => {
    expect(widens(from, to)).toBe(true);
    expect(widens(to, from)).toBe(false);
  });

  it.each([
    ["numeric(18,2)", "numeric(18,4)"],
    ["integer", "text"],
    ["timestamp without time zone", "timestamp with time zone"],
    ["double precision", "numeric(18,2)"],
  ])("%s to %s does not", (from, to) => {
    expect(widens(from, to)).toBe(false);
  });
});
