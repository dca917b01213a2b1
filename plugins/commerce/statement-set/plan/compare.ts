/** Says for each table what happens to its state when one plan replaces another. Pure. */

import { type AnalyzedNode, analyze } from "./analyze.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import { labelOf } from "./label.ts";
import { pair } from "./pairing.ts";
import { reasonOf } from "./reason.ts";
import { renumber } from "./renumber.ts";
import { SINK, sinkName, tableOf } from "./tables.ts";

export interface TableVerdict {
  table: string;
  /**
   * - `kept`: continues with its state
   * - `new`: was not written before
   * - `gone`: is no longer written
   * - `rebuild`: needs state that the old job does not have, so its rows are right only if they are recomputed
   */
  outcome: "kept" | "new" | "gone" | "rebuild";
  /** For `rebuild`: what changed, in words. */
  why?: string;
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
  const oldTables = statesByTable(old);
  const newTables = statesByTable(now);

  const judge = (table: string, states: AnalyzedNode[]): TableVerdict => {
    const oldStates = oldTables.get(table);
    const empty = states.filter((state) => !pairs.has(state));
    if (!oldStates) return { table, outcome: "new", operators: empty.map(labelOf) };
    const [first] = empty;
    if (!first) return { table, outcome: "kept", operators: states.map(labelOf) };
    const left = oldStates.filter((state) => !taken.has(state));
    return { table, outcome: "rebuild", why: reasonOf(first, left), operators: empty.map(labelOf) };
  };

  const tables = [...newTables].map(([table, states]) => judge(table, states));
  for (const [table, states] of oldTables) {
    if (newTables.has(table)) continue;
    const dropped = states.filter((state) => !taken.has(state));
    tables.push({ table, outcome: "gone", operators: dropped.map(labelOf) });
  }
  return {
    kind: kindOf(tables),
    tables,
    plan: renumber(before, after, pairs),
    dropsState: old.some((node) => node.stateful && !taken.has(node)),
  };
}

function kindOf(tables: TableVerdict[]): Verdict["kind"] {
  if (!tables.some(({ outcome }) => outcome === "rebuild")) return "all";
  return tables.some(({ outcome }) => outcome === "kept") ? "part" : "none";
}

/** The stateful operators that each table's rows depend on, those nearest to the source first. */
function statesByTable(plan: AnalyzedNode[]): Map<string, AnalyzedNode[]> {
  const tables = new Map<string, AnalyzedNode[]>();
  for (const node of plan) {
    const table = tableOf(node.node, SINK);
    if (!table) continue;
    const states = [...node.upstream, node].filter((one) => one.stateful);
    const name = sinkName(table);
    tables.set(name, [...new Set([...(tables.get(name) ?? []), ...states])]);
  }
  return tables;
}
