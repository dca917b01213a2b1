/** Names operators for Flink's page and its metrics. Pure. */
import type { CompiledPlan, PlanNode } from "./compiled-plan.ts";

const KEYED = /^(\w+)\(.*?\b(?:groupBy|partitionBy)=\[([^\]]+)\]/;

/**
 * A copy in which an operator with keys is called after them: `GroupAggregate by category, currency` instead of
 * `GroupAggregate[22]`. Flink takes the name from the description of an operator that asks for it in its own
 * configuration; for all of them, names would contain every column of every table.
 */
export function withReadableNames(plan: CompiledPlan): CompiledPlan {
  return { ...plan, nodes: plan.nodes.map(named) };
}

function named(node: PlanNode): PlanNode {
  const [, operator, keys] = KEYED.exec(String(node.description)) ?? [];
  if (operator === undefined) return node;
  const configuration = {
    ...(node.configuration as Record<string, string> | undefined),
    "table.exec.simplify-operator-name-enabled": "false",
  };
  return { ...node, description: `${operator} by ${keys}`, configuration };
}
