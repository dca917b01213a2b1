/** The new plan under ids that carry over exactly the states that are meant to be. */
import type { CompiledPlan } from "./compiled-plan.ts";
import type { Pairs } from "./pairing.ts";

export function renumber(before: CompiledPlan, after: CompiledPlan, pairs: Pairs): CompiledPlan {
  const old = new Map(
    [...pairs].map(
      ([
        node,
        {
          node: { id },
        },
      ]) => [node.node.id, id],
    ),
  );
  // Above every old id: a state that is dropped must not come back under another operator.
  let next = before.nodes.reduce((max, { id }) => Math.max(max, id), 0) + 1;
  const ids = new Map(after.nodes.map(({ id }) => [id, old.get(id) ?? next++]));
  const idOf = (id: number) => ids.get(id) ?? id;
  return {
    ...after,
    nodes: after.nodes.map((node) => ({ ...node, id: idOf(node.id) })),
    edges: after.edges.map((edge) => ({ ...edge, source: idOf(edge.source), target: idOf(edge.target) })),
  };
}
