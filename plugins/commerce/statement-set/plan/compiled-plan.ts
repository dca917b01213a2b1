/** The plan that Flink's `COMPILE PLAN` writes: the operators of a job and the edges between them. Pure. */

export interface CompiledPlan {
  flinkVersion: string;
  nodes: PlanNode[];
  edges: PlanEdge[];
  [field: string]: unknown;
}

/** One operator. A savepoint holds its state under its id. */
export interface PlanNode {
  id: number;
  /** Such as `stream-exec-calc_1`. */
  type: string;
  [field: string]: unknown;
}

interface PlanEdge {
  source: number;
  target: number;
  [field: string]: unknown;
}

/** @throws Error that says what is wrong, if the text is not a compiled plan */
export function parsePlan(text: string): CompiledPlan {
  const plan = parseJson(text);
  const problem = problemOf(plan);
  if (problem) throw new Error(`This is not a compiled plan of Flink: ${problem}`);
  return plan as CompiledPlan;
}

export function renderPlan(plan: CompiledPlan): string {
  return JSON.stringify(plan);
}

/** The operators, each after those that feed it, with the ids of its inputs in order. */
export function inTopologicalOrder(plan: CompiledPlan): { node: PlanNode; inputs: number[] }[] {
  const inputs = new Map<number, number[]>(plan.nodes.map((node) => [node.id, []]));
  for (const edge of plan.edges) inputs.get(edge.target)?.push(edge.source);
  const done = new Set<number>();
  const sorted: { node: PlanNode; inputs: number[] }[] = [];
  let waiting = plan.nodes;
  while (waiting.length > 0) {
    const blocked: PlanNode[] = [];
    for (const node of waiting) {
      const feeding = inputs.get(node.id) ?? [];
      if (feeding.every((id) => done.has(id))) {
        done.add(node.id);
        sorted.push({ node, inputs: feeding });
      } else blocked.push(node);
    }
    if (blocked.length === waiting.length)
      throw new Error(
        `The edges of the compiled plan form a cycle: ${blocked.map((node) => node.id).join(", ")}`,
      );
    waiting = blocked;
  }
  return sorted;
}

/** Keeps every digit: a number that a double cannot hold stays as it is written. */
function parseJson(text: string): unknown {
  const exact = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source !== undefined && String(value) !== context.source
      ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source)
      : value;
  try {
    return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw new Error(
      `This is not a compiled plan of Flink: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function problemOf(plan: unknown): string | undefined {
  const { flinkVersion, nodes, edges } = (plan ?? {}) as Partial<Record<keyof CompiledPlan, unknown>>;
  if (typeof flinkVersion !== "string") return "it has no flinkVersion";
  if (!Array.isArray(nodes) || nodes.length === 0) return "it has no nodes";
  if (!Array.isArray(edges)) return "it has no edges";
  const ids = new Set<unknown>();
  for (const [index, node] of (nodes as (PlanNode | null)[]).entries()) {
    if (!Number.isSafeInteger(node?.id)) return `nodes[${index}] has no id`;
    if (typeof node?.type !== "string") return `nodes[${index}] has no type`;
    if (ids.has(node.id)) return `two nodes have the id ${node.id}`;
    ids.add(node.id);
  }
  const dangling = (edges as (PlanEdge | null)[]).findIndex(
    (edge) => !ids.has(edge?.source) || !ids.has(edge?.target),
  );
  return dangling < 0 ? undefined : `edges[${dangling}] refers to a node that does not exist`;
}
