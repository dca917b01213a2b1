/** Says for each table what happens to its state and its rows when one plan replaces another. Pure. */

import { type AnalyzedNode, analyze } from "./analyze.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import { labelOf } from "./label.ts";
import { outputChange } from "./output.ts";
import { pair } from "./pairing.ts";
import { reasonOf } from "./reason.ts";
import { renumber } from "./renumber.ts";
import { SINK, sinkName, tableOf } from "./tables.ts";

export interface TableVerdict {
  table: string;
  /**
   * - `kept`: continues with its state and its rows
   * - `new`: was not written before
   * - `gone`: is no longer written
   * - `rebuild`: its rows are right only if they are recomputed, because it needs state that the old job does not have,
   *   or because new rows would mean something else than the rows that are there
   */
  outcome: "kept" | "new" | "gone" | "rebuild";
  /** For `rebuild`: what changed, in words. */
  why?: string;
  /** For `kept`: columns that only new rows have. */
  addedColumns?: string[];
  /** For `kept`: columns that were written before. If the table still has them, it has to be rebuilt. */
  removedColumns?: string[];
  /** The operators whose state is kept, starts empty (`new`, `rebuild`), or is dropped (`gone`). */
  operators: string[];
}

export interface Verdict {
  /** `all`: no table has to be rebuilt. `part`: some have to, and others are kept. `none`: no table is kept. */
  kind: "all" | "part" | "none";
  tables: TableVerdict[];
  /** The new plan. Its operators have the ids under which a savepoint of the old job holds their states. */
  plan: CompiledPlan;
  /** The old job has state that the new one does not use. */
  dropsState: boolean;
}

export function comparePlans(before: CompiledPlan, after: CompiledPlan): Verdict {
  const old = analyze(before);
  const now = analyze(after);
  const pairs = pair(old, now);
  const taken = new Set(pairs.values());
  const oldTables = sinksByTable(old);
  const newTables = sinksByTable(now);

  const judge = (table: string, sinks: AnalyzedNode[]): TableVerdict => {
    const states = statesOf(sinks);
    const oldSinks = oldTables.get(table);
    const empty = states.filter((state) => !pairs.has(state));
    if (!oldSinks) return { table, outcome: "new", operators: empty.map(labelOf) };
    const [first] = empty;
    if (first) {
      const left = statesOf(oldSinks).filter((state) => !taken.has(state));
      return { table, outcome: "rebuild", why: reasonOf(first, left), operators: empty.map(labelOf) };
    }
    const { why, added, removed } = outputChange(oldSinks, sinks);
    const operators = states.map(labelOf);
    if (why !== undefined) return { table, outcome: "rebuild", why, operators };
    return {
      table,
      outcome: "kept",
      ...(added.length > 0 && { addedColumns: added }),
      ...(removed.length > 0 && { removedColumns: removed }),
      operators,
    };
  };

  const tables = [...newTables].map(([table, sinks]) => judge(table, sinks));
  for (const [table, sinks] of oldTables) {
    if (newTables.has(table)) continue;
    const dropped = statesOf(sinks).filter((state) => !taken.has(state));
    tables.push({ table, outcome: "gone", operators: dropped.map(labelOf) });
  }
  return {
    kind: kindOf(tables),
    tables,
    plan: renumber(before, after, pairs),
    // A sink's state does not decide what is in its table, but Flink refuses to drop it unasked, like any other.
    dropsState: old.some((node) => (node.stateful || tableOf(node.node, SINK)) && !taken.has(node)),
  };
}

export function kindOf(tables: TableVerdict[]): Verdict["kind"] {
  if (!tables.some(({ outcome }) => outcome === "rebuild")) return "all";
  return tables.some(({ outcome }) => outcome === "kept") ? "part" : "none";
}

/** Each INSERT has a sink. */
function sinksByTable(plan: AnalyzedNode[]): Map<string, AnalyzedNode[]> {
  const tables = new Map<string, AnalyzedNode[]>();
  for (const node of plan) {
    const table = tableOf(node.node, SINK);
    if (!table) continue;
    const name = sinkName(table);
    tables.set(name, [...(tables.get(name) ?? []), node]);
  }
  return tables;
}

/** The stateful operators that a table's rows depend on, those nearest to the source first. */
function statesOf(sinks: AnalyzedNode[]): AnalyzedNode[] {
  return [...new Set(sinks.flatMap((sink) => [...sink.upstream, sink]))].filter(({ stateful }) => stateful);
}
