/** Gives the operators of a new plan the ids that carry over exactly the states of their pairs. Pure. */
import type { CompiledPlan } from "./compiled-plan.ts";
import type { Pairs } from "./pairing.ts";

export function renumber(before: CompiledPlan, after: CompiledPlan, pairs: Pairs): CompiledPlan {
  const old = new Map([...pairs].map(([now, before]) => [now.node.id, before.node.id]));
  // Above every old id: a dropped state must not be restored into another operator.
  let next = before.nodes.reduce((max, { id }) => Math.max(max, id), 0) + 1;
  const ids = new Map(after.nodes.map(({ id }) => [id, old.get(id) ?? next++]));
  const idOf = (id: number) => ids.get(id) ?? id;
  return {
    ...after,
    nodes: after.nodes.map((node) => ({ ...node, id: idOf(node.id) })),
    edges: after.edges.map((edge) => ({ ...edge, source: idOf(edge.source), target: idOf(edge.target) })),
  };
}
