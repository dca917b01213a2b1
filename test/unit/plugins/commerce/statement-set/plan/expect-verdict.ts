import { expect } from "vitest";
import { comparePlans } from "../../../../../../plugins/commerce/statement-set/plan/compare.ts";
import type { CompiledPlan } from "../../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";
import type { Variant } from "./variants.ts";

/** Every table that the variant does not name is kept as it is. */
export function expectVerdict(before: CompiledPlan, after: CompiledPlan, variant: Variant): void {
  const { changes, added = [], gone = [], wider = {}, narrower = {} } = variant;
  const { tables, kind } = comparePlans(before, after);
  for (const { table, outcome, why, addedColumns, removedColumns } of tables) {
    const reason = changes[table];
    const expected =
      reason !== undefined
        ? "rebuild"
        : added.includes(table)
          ? "new"
          : gone.includes(table)
            ? "gone"
            : "kept";
    expect({ table, outcome, why }).toEqual({
      table,
      outcome: expected,
      why: reason === undefined ? undefined : expect.stringContaining(reason),
    });
    expect({ table, addedColumns }).toEqual({ table, addedColumns: wider[table] });
    expect({ table, removedColumns }).toEqual({ table, removedColumns: narrower[table] });
  }
  const names = tables.map(({ table }) => table);
  expect(names).toEqual(expect.arrayContaining([...Object.keys(changes), ...added, ...gone]));
  expect(kind === "all").toBe(Object.keys(changes).length === 0);
}
