/** What the tables hold decides whether a table that is written for the first time may start empty. */
import { describe, expect, it } from "vitest";
import { comparePlans } from "../../../../../../plugins/commerce/statement-set/plan/compare.ts";
import {
  type HeldTable,
  tablesToLookAt,
  withHeldRows,
} from "../../../../../../plugins/commerce/statement-set/plan/held-rows.ts";
import { recordedPlan } from "./recorded-plans.ts";
import { BASE } from "./variants.ts";

const base = recordedPlan(BASE);
const held = (table: string, hasRows: boolean, ...columns: string[]): Map<string, HeldTable> =>
  new Map([[table, { hasRows, columns: new Set(columns) }]]);

describe("a sink that is put back", () => {
  const verdict = comparePlans(recordedPlan("an INSERT that is taken out"), base);

  it("is new if its table is empty, or does not exist", () => {
    expect(tablesToLookAt(verdict)).toEqual(["sales_per_month"]);
    for (const found of [held("sales_per_month", false), new Map<string, HeldTable>()]) {
      const judged = withHeldRows(verdict, found);
      expect(judged.kind).toBe("all");
      expect(judged.tables.find(({ table }) => table === "sales_per_month")?.outcome).toBe("new");
    }
  });

  it("has to be rebuilt if its table has rows", () => {
    const judged = withHeldRows(verdict, held("sales_per_month", true));
    expect(judged.kind).toBe("part");
    expect(judged.tables.find(({ table }) => table === "sales_per_month")).toMatchObject({
      outcome: "rebuild",
      why: expect.stringContaining("it has rows"),
    });
    expect(judged.tables.filter(({ outcome }) => outcome === "rebuild")).toHaveLength(1);
  });
});

describe("a column that is no longer written", () => {
  const verdict = comparePlans(base, recordedPlan("a column that is no longer written"));
  const outcome = (found: Map<string, HeldTable>) =>
    withHeldRows(verdict, found).tables.find(({ table }) => table === "late_events")?.outcome;

  it("may go with the table's column, or if there are no rows", () => {
    expect(tablesToLookAt(verdict)).toEqual(["late_events"]);
    expect(outcome(held("late_events", true, "transactionid"))).toBe("kept");
    expect(outcome(held("late_events", false, "received_at"))).toBe("kept");
  });

  it("must not stay behind with values that new rows lack", () => {
    expect(outcome(held("late_events", true, "transactionid", "received_at"))).toBe("rebuild");
  });
});

it("nothing is looked at if every table is kept", () => {
  expect(tablesToLookAt(comparePlans(base, recordedPlan("reordered INSERTs")))).toEqual([]);
});
