/** Describes a verdict, in lines for a preview. */
import type { TableVerdict, Verdict } from "./compare.ts";

const SUMMARY: Record<Verdict["kind"], string> = {
  all: "All state that is still needed is kept.",
  part: "Some tables can be kept, others have to be rebuilt.",
  none: "All tables have to be rebuilt.",
};

export function describeVerdict({ kind, tables }: Verdict): string[] {
  // Tables with the same description share a line.
  const lines = new Map<string, string[]>();
  for (const verdict of tables) {
    const text = descriptionOf(verdict);
    lines.set(text, [...(lines.get(text) ?? []), verdict.table]);
  }
  return [SUMMARY[kind], ...[...lines].map(([text, names]) => `${names.join(", ")}: ${text}`)];
}

function descriptionOf({ outcome, why, addedColumns, removedColumns, operators }: TableVerdict): string {
  const states = operators.join(", ");
  switch (outcome) {
    case "kept":
      return [
        "kept",
        ...(addedColumns ? [`only rows written from here on have ${addedColumns.join(", ")}`] : []),
        ...(removedColumns ? [`${removedColumns.join(", ")} is no longer written`] : []),
      ].join("; ");
    case "rebuild":
      return `to be rebuilt; ${why}`;
    case "new":
      return states ? `new; starts empty and counts from here on: ${states}` : "new; written from here on";
    case "gone":
      return states
        ? `no longer written; its rows stay, its state is dropped: ${states}`
        : "no longer written; its rows stay";
  }
}
