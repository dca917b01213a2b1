/** What an operator computes, and what its state depends on. */
import type { PlanNode } from "./compiled-plan.ts";
import { digest, type Relation, type Rows } from "./relation.ts";
import { rowFields } from "./row-type.ts";

export interface Meaning {
  stateful: boolean;
  /** Everything that the state depends on, by part; for a stateless operator, everything that it does. */
  parts: Record<string, unknown>;
  output: Relation;
}

export type Operator = (node: PlanNode, inputs: Relation[]) => Meaning;

export function stateless(node: PlanNode, output: Relation): Meaning {
  return { stateful: false, parts: { properties: node.inputProperties, output }, output };
}

/** For unknown operators: equal only if the operator and its inputs are written the same. */
export function unknown(stateful: boolean): Operator {
  return (node, inputs) => {
    const parts = { operator: bare(node), inputs };
    const origin = digest([node.type, parts]);
    return { stateful, parts, output: relation(node, [], { origin, filters: [] }) };
  };
}

/** The output of a node. A column whose meaning is not given is identified by `producedBy` and its position. */
export function relation(
  node: PlanNode,
  means: string[],
  { origin, filters }: Rows,
  producedBy = origin,
): Relation {
  const columns = rowFields(node.outputType).map(({ type }, index) => ({
    type,
    means: means[index] ?? `${producedBy}.${index}`,
  }));
  return { columns, origin, filters: [...new Set(filters)].sort() };
}

/** Without the parts that do not matter: its id, its description, and how long its state is kept. */
export function bare(node: PlanNode): Record<string, unknown> {
  return without(node, "id", "type", "description", "state");
}

export function without(object: object, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

export function only(inputs: Relation[]): Relation {
  const [input] = inputs;
  if (!input || inputs.length > 1)
    throw new Error(`The compiled plan feeds ${inputs.length} inputs to an operator that takes one`);
  return input;
}
