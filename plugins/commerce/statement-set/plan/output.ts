/** Compares what two plans write to a table: rows that are there already must mean what the new ones mean. Pure. */
import type { AnalyzedNode } from "./analyze.ts";
import { filterChanges } from "./reason.ts";
import { canonical } from "./relation.ts";
import { type PlanTable, SINK, tableOf, targetOf, writtenColumns } from "./tables.ts";

export interface OutputChange {
  /** Why earlier rows do not mean what new ones mean; undefined if they do. */
  why?: string;
  /** Columns that were not written before: earlier rows do not have them. */
  added: string[];
  /** Columns that are no longer written. Earlier rows differ from new ones unless the table loses them, too. */
  removed: string[];
}

/** @param before the sinks of the table in each plan: every INSERT has one */
export function outputChange(before: AnalyzedNode[], after: AnalyzedNode[]): OutputChange {
  const left = [...before];
  const changed: AnalyzedNode[] = [];
  for (const sink of after) {
    const same = left.findIndex((old) => canonical(contentOf(old)) === canonical(contentOf(sink)));
    if (same < 0) changed.push(sink);
    else left.splice(same, 1);
  }
  if (changed.length > left.length) return { why: "another INSERT writes to it", added: [], removed: [] };
  if (changed.length < left.length)
    return { why: "an INSERT no longer writes to it", added: [], removed: [] };
  const changes = changed.map((sink, index) => differenceOf(left[index] ?? sink, sink));
  return {
    why: changes.find(({ why }) => why !== undefined)?.why,
    added: [...new Set(changes.flatMap(({ added }) => added))],
    removed: [...new Set(changes.flatMap(({ removed }) => removed))],
  };
}

interface Content {
  target: unknown;
  key: string[];
  origin: string;
  filters: string[];
  /** What each column means, by its name. */
  columns: Record<string, string>;
}

function contentOf({ node, output }: AnalyzedNode): Content {
  const table = tableOf(node, SINK);
  const names = table ? writtenColumns(table) : [];
  return {
    target: table && targetOf(table),
    key: keyOf(table),
    origin: output.origin,
    filters: output.filters,
    columns: Object.fromEntries(
      output.columns.map(({ means }, index) => [(names[index] ?? `#${index}`).toLowerCase(), means]),
    ),
  };
}

function keyOf(table: PlanTable | undefined): string[] {
  const columns = table?.resolvedTable?.schema?.primaryKey?.columns ?? [];
  return columns.map((column) => column.toLowerCase()).sort();
}

function differenceOf(before: AnalyzedNode, after: AnalyzedNode): OutputChange {
  const [old, now] = [contentOf(before), contentOf(after)];
  const added = Object.keys(now.columns).filter((column) => !(column in old.columns));
  const removed = Object.keys(old.columns).filter((column) => !(column in now.columns));
  return { why: reasonFor(old, now) ?? filterReason(before, after, old, now), added, removed };
}

function reasonFor(old: Content, now: Content): string | undefined {
  if (canonical(old.target) !== canonical(now.target)) return "it is written to somewhere else";
  if (canonical(old.key) !== canonical(now.key)) return "its rows have another key";
  if (old.origin !== now.origin) return "it is computed from other rows";
  const changed = Object.keys(now.columns).filter(
    (column) => column in old.columns && old.columns[column] !== now.columns[column],
  );
  if (changed.length === 0) return undefined;
  return `${changed.join(", ")}: computed differently`;
}

function filterReason(
  before: AnalyzedNode,
  after: AnalyzedNode,
  old: Content,
  now: Content,
): string | undefined {
  if (canonical(old.filters) === canonical(now.filters)) return undefined;
  return `its rows are filtered differently${filterChanges(after, before)}`;
}
