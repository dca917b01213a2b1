/** Many similar plans in one file: each distinct operator is in it once. */
import { readFileSync, writeFileSync } from "node:fs";
import type {
  CompiledPlan,
  PlanNode,
} from "../../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";

const FILE = new URL("plans/variants.json", import.meta.url);

interface Recorded {
  flinkVersion: string;
  operators: string[];
  edges: string[];
  /** By name: the index of each operator with its id, and of each edge with the ids that it connects. */
  plans: Record<string, { nodes: [number, number][]; edges: [number, number, number][] }>;
}

export function recordPlans(plans: ReadonlyMap<string, CompiledPlan>): void {
  const operators: string[] = [];
  const edges: string[] = [];
  const indexIn = (list: string[], value: object) => {
    const text = JSON.stringify(value);
    if (!list.includes(text)) list.push(text);
    return list.indexOf(text);
  };
  const packed: Recorded["plans"] = {};
  for (const [name, plan] of plans) {
    // The gateway's counter continues from plan to plan.
    const least = Math.min(...plan.nodes.map(({ id }) => id));
    packed[name] = {
      nodes: plan.nodes.map(({ id, ...operator }) => [indexIn(operators, operator), id - least]),
      edges: plan.edges.map(({ source, target, ...edge }) => [
        indexIn(edges, edge),
        source - least,
        target - least,
      ]),
    };
  }
  const [{ flinkVersion = "" } = {}] = plans.values();
  const lines = [
    `{"flinkVersion":${JSON.stringify(flinkVersion)},"operators":[`,
    operators.map((operator) => JSON.stringify(operator)).join(",\n"),
    `],"edges":${JSON.stringify(edges)},"plans":{`,
    Object.entries(packed)
      .map(([name, plan]) => `${JSON.stringify(name)}:${JSON.stringify(plan)}`)
      .join(",\n"),
    "}}\n",
  ];
  writeFileSync(FILE, lines.join("\n"));
}

export function recordedPlan(name: string): CompiledPlan {
  const { flinkVersion, operators, edges, plans } = JSON.parse(readFileSync(FILE, "utf8")) as Recorded;
  const plan = plans[name];
  if (!plan)
    throw new Error(
      `no plan is recorded for "${name}": RECORD_PLANS=1 npm test -- test/live/plugins/variants.test.ts`,
    );
  return {
    flinkVersion,
    nodes: plan.nodes.map(([index, id]) => ({ ...JSON.parse(operators[index] ?? "{}"), id }) as PlanNode),
    edges: plan.edges.map(([index, source, target]) => ({
      ...JSON.parse(edges[index] ?? "{}"),
      source,
      target,
    })),
  };
}
