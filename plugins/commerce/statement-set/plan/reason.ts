/** Says in words why an operator cannot use any existing state. */

import type { AnalyzedNode } from "./analyze.ts";
import { labelOf } from "./label.ts";
import { canonical } from "./relation.ts";

/** What to say if a part differs. The first one that differs is reported. */
const EXPLANATIONS: [part: string, text: string][] = [
  ["source", "it reads from somewhere else"],
  ["windowing", "it uses another window"],
  ["grouping", "it groups by something else"],
  ["aggCalls", "it computes something else"],
  ["origin", "the events are read differently"],
  ["filters", "its rows are filtered differently"],
];

/** @param left operators of the same table whose state is not used */
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
  if (parts.length === 0) return "a state that it depends on starts empty";
  const [part, text] = EXPLANATIONS.find(([part]) => parts.includes(part)) ?? [];
  if (part === "filters") return text + filterChanges(node, nearest);
  return text ?? "its input or its settings have changed";
}

/** `: now …, before …`: the filters upstream that were added and removed. */
export function filterChanges(node: AnalyzedNode, old: AnalyzedNode): string {
  const now = filtersUpstreamOf(node);
  const before = filtersUpstreamOf(old);
  const added = now.filter((filter) => !before.includes(filter));
  const removed = before.filter((filter) => !now.includes(filter));
  const changes = [
    ...(added.length > 0 ? [`now ${added.join(" and ")}`] : []),
    ...(removed.length > 0 ? [`before ${removed.join(" and ")}`] : []),
  ];
  return changes.length > 0 ? `: ${changes.join(", ")}` : "";
}

function filtersUpstreamOf({ upstream }: AnalyzedNode): string[] {
  return upstream.flatMap(
    ({ node }) => /, where=\[(.*)\]\)$/s.exec(String(node.description ?? ""))?.[1] ?? [],
  );
}
