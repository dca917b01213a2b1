/** Why an operator cannot go on with any state that there is, in words. */

import type { AnalyzedNode } from "./analyze.ts";
import { labelOf } from "./label.ts";
import { canonical } from "./relation.ts";

/** What to say if that part differs; the first that does is told, the most telling one first. */
const WORDS: [part: string, words: string][] = [
  ["source", "it reads from somewhere else"],
  ["windowing", "its window is another"],
  ["grouping", "it groups by something else"],
  ["aggCalls", "it computes something else"],
  ["origin", "the events are read differently"],
  ["filters", "its rows are filtered differently"],
];

/** @param left the states of the same table that nobody has taken over */
export function reasonOf(node: AnalyzedNode, left: AnalyzedNode[]): string {
  return `${labelOf(node)}: ${change(node, left)}`;
}

function change(node: AnalyzedNode, left: AnalyzedNode[]): string {
  const differing = (old: AnalyzedNode) =>
    Object.keys(node.parts).filter((part) => canonical(node.parts[part]) !== canonical(old.parts[part]));
  const [nearest] = left
    .filter((old) => old.node.type === node.node.type)
    .sort((a, b) => differing(a).length - differing(b).length);
  if (!nearest) return "there was no such operator before";
  const parts = differing(nearest);
  if (parts.length === 0) return "what it builds on starts anew";
  const [part, words] = WORDS.find(([part]) => parts.includes(part)) ?? [];
  if (part === "filters") return words + filters(node, nearest);
  return words ?? "its input or its settings have changed";
}

/** `: now …, before …`, as far as filters have come or gone on the way from the source. */
function filters(node: AnalyzedNode, old: AnalyzedNode): string {
  const [now, before] = [wheres(node), wheres(old)];
  const come = now.filter((where) => !before.includes(where));
  const gone = before.filter((where) => !now.includes(where));
  const words = [
    ...(come.length > 0 ? [`now ${come.join(" and ")}`] : []),
    ...(gone.length > 0 ? [`before ${gone.join(" and ")}`] : []),
  ];
  return words.length > 0 ? `: ${words.join(", ")}` : "";
}

function wheres({ upstream }: AnalyzedNode): string[] {
  return upstream.flatMap(
    ({ node }) => /, where=\[(.*)\]\)$/s.exec(String(node.description ?? ""))?.[1] ?? [],
  );
}
