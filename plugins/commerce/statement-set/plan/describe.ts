/** Describes a verdict, in lines for a preview. */
import type { TableVerdict, Verdict } from "./compare.ts";

const SUMMARY: Record<Verdict["kind"], string> = {
  all: "All state that is still needed is kept.",
  part: "Only part of the state can be kept.",
  none: "None of the tables can use the existing state.",
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

function descriptionOf({ outcome, why, operators }: TableVerdict): string {
  const states = operators.join(", ");
  switch (outcome) {
    case "kept":
      return "kept";
    case "rebuild":
      return `to be rebuilt; ${why}`;
    case "new":
      return states ? `new; starts empty and counts from here on: ${states}` : "new; written from here on";
    case "gone":
      return states ? `no longer written; its state is dropped: ${states}` : "no longer written";
  }
}
