/** The operators of Flink that are known. Any other counts as stateful and opaque. */
import { aggregate, globalAggregate, localAggregate, overAggregate } from "./aggregates.ts";
import type { PlanNode } from "./compiled-plan.ts";
import { bare, type Meaning, type Operator, only, relation, stateless, unknown } from "./meaning.ts";
import { filtersOf, meaningOf, type Relation } from "./relation.ts";
import { positionsOf, SINK, SOURCE, scanned, sinkName, tableOf } from "./tables.ts";

/** `stream-exec-group-aggregate_1` is a `group-aggregate`. */
function kindOf(node: PlanNode): string {
  return node.type.replace(/^stream-exec-|_\d+$/g, "");
}

export function meaningOfNode(node: PlanNode, inputs: Relation[]): Meaning {
  return (OPERATORS.get(kindOf(node)) ?? unknown(true))(node, inputs);
}

const source: Operator = (node, inputs) => {
  const table = tableOf(node, SOURCE);
  if (!table) return unknown(true)(node, inputs);
  return { stateful: true, parts: { source: positionsOf(table) }, output: scanned(node, table) };
};

/** Its output is what it writes. */
const sink: Operator = (node, inputs) => {
  const table = tableOf(node, SINK);
  // Without the address, which may change: a replay first writes to shadow tables.
  const operator = { ...bare(node), [SINK]: table && sinkName(table) };
  // Flink notes a state here only if the sink itself has to order the changes of a key.
  return {
    stateful: node.state !== undefined,
    parts: { operator, inputs },
    output: only(inputs),
  };
};

const calc: Operator = (node, inputs) => {
  const input = only(inputs);
  const means = (node.projection as unknown[]).map((expression) => meaningOf(expression, input));
  const filters = [...input.filters, ...filtersOf(node.condition, input)];
  return stateless(node, relation(node, means, { origin: input.origin, filters }));
};

const passThrough: Operator = (node, inputs) => stateless(node, only(inputs));

const OPERATORS = new Map<string, Operator>([
  ["table-source-scan", source],
  ["sink", sink],
  ["calc", calc],
  ["exchange", passThrough],
  ["watermark-assigner", passThrough],
  ["mini-batch-assigner", passThrough],
  ["group-aggregate", aggregate],
  ["window-aggregate", aggregate],
  ["local-group-aggregate", localAggregate],
  ["local-window-aggregate", localAggregate],
  ["global-group-aggregate", globalAggregate],
  ["global-window-aggregate", globalAggregate],
  ["over-aggregate", overAggregate],
  ...["correlate", "drop-update-before", "expand", "union", "values"].map((kind): [string, Operator] => [
    kind,
    unknown(false),
  ]),
]);
