/** A plan understood: for each operator what it means, and on whose state it rests. */
import { type CompiledPlan, inFlow, type PlanNode } from "./compiled-plan.ts";
import type { Meaning } from "./meaning.ts";
import { meaningOfNode } from "./operators.ts";
import { digest } from "./relation.ts";

export interface Understood extends Meaning {
  node: PlanNode;
  /** Equal for operators whose states mean the same. */
  digest: string;
  /** All operators before this one, nearest last. */
  above: Understood[];
}

/** In the order of the flow. */
export function understand(plan: CompiledPlan): Understood[] {
  const known = new Map<number, Understood>();
  for (const { node, inputs } of inFlow(plan)) {
    const sources = inputs.flatMap((id) => known.get(id) ?? []);
    const meaning = meaningOfNode(
      node,
      sources.map((input) => input.output),
    );
    known.set(node.id, {
      ...meaning,
      node,
      digest: digest([node.type, meaning.parts]),
      above: [...new Set(sources.flatMap((input) => [...input.above, input]))],
    });
  }
  return [...known.values()];
}
