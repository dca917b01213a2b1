/** Analyzes a plan: what each operator computes, and which operators it depends on. */
import { type CompiledPlan, inTopologicalOrder, type PlanNode } from "./compiled-plan.ts";
import type { Meaning } from "./meaning.ts";
import { meaningOfNode } from "./operators.ts";
import { digest } from "./relation.ts";

export interface AnalyzedNode extends Meaning {
  node: PlanNode;
  /** Equal for operators whose states are interchangeable. */
  digest: string;
  /** All operators before this one, the nearest last. */
  upstream: AnalyzedNode[];
}

/** In topological order. */
export function analyze(plan: CompiledPlan): AnalyzedNode[] {
  const known = new Map<number, AnalyzedNode>();
  for (const { node, inputs } of inTopologicalOrder(plan)) {
    const sources = inputs.flatMap((id) => known.get(id) ?? []);
    const meaning = meaningOfNode(
      node,
      sources.map((input) => input.output),
    );
    known.set(node.id, {
      ...meaning,
      node,
      digest: digest([node.type, meaning.parts]),
      upstream: [...new Set(sources.flatMap((input) => [...input.upstream, input]))],
    });
  }
  return [...known.values()];
}
