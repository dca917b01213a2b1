/** Completes a verdict by what the tables hold: rows that the job has no state for cannot be continued. Pure. */
import { kindOf, type TableVerdict, type Verdict } from "./compare.ts";

export interface HeldTable {
  hasRows: boolean;
  /** In lower case. */
  columns: ReadonlySet<string>;
}

/** The tables whose rows the verdict depends on. */
export function tablesToLookAt({ tables }: Verdict): string[] {
  return tables
    .filter(({ outcome, removedColumns }) => outcome === "new" || removedColumns !== undefined)
    .map(({ table }) => table);
}

/** @param held by the name of the table; those that do not exist are missing */
export function withHeldRows(verdict: Verdict, held: ReadonlyMap<string, HeldTable>): Verdict {
  const tables = verdict.tables.map((table) => judge(table, held.get(table.table)));
  return { ...verdict, tables, kind: kindOf(tables) };
}

function judge(verdict: TableVerdict, held: HeldTable | undefined): TableVerdict {
  if (!held?.hasRows) return verdict;
  if (verdict.outcome === "new")
    return {
      ...verdict,
      outcome: "rebuild",
      why: "the running version does not write it, but it has rows, which new ones would not continue",
    };
  const left = verdict.removedColumns?.filter((column) => held.columns.has(column)) ?? [];
  if (left.length === 0) return verdict;
  return { ...verdict, outcome: "rebuild", why: `it would no longer write ${left.join(", ")}` };
}
