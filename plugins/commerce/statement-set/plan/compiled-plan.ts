/** What Flink's `COMPILE PLAN` writes: the operators of a job, and which feeds which. Pure. */

export interface CompiledPlan {
  flinkVersion: string;
  nodes: PlanNode[];
  edges: PlanEdge[];
  [field: string]: unknown;
}

/** One operator. Its state in a savepoint is found by its id. */
export interface PlanNode {
  id: number;
  /** Such as `stream-exec-calc_1`. */
  type: string;
  [field: string]: unknown;
}

export interface PlanEdge {
  source: number;
  target: number;
  [field: string]: unknown;
}

/** @throws Error that says what is missing, for a text that is no compiled plan. */
export function parsePlan(text: string): CompiledPlan {
  const plan = parseJson(text);
  const problem = problemOf(plan);
  if (problem) throw new Error(`This is no compiled plan of Flink's: ${problem}`);
  return plan as CompiledPlan;
}

export function renderPlan(plan: CompiledPlan): string {
  return JSON.stringify(plan);
}

/** The operators, each after all that feed it, with the ids of those in the order of its inputs. */
export function inTopologicalOrder(plan: CompiledPlan): { node: PlanNode; inputs: number[] }[] {
  const inputs = new Map<number, number[]>(plan.nodes.map((node) => [node.id, []]));
  for (const edge of plan.edges) inputs.get(edge.target)?.push(edge.source);
  const done = new Set<number>();
  const flow: { node: PlanNode; inputs: number[] }[] = [];
  let waiting = plan.nodes;
  while (waiting.length > 0) {
    const late: PlanNode[] = [];
    for (const node of waiting) {
      const before = inputs.get(node.id) ?? [];
      if (before.every((id) => done.has(id))) {
        done.add(node.id);
        flow.push({ node, inputs: before });
      } else late.push(node);
    }
    if (late.length === waiting.length)
      throw new Error(
        `The edges of the compiled plan form a circle: ${late.map((node) => node.id).join(", ")}`,
      );
    waiting = late;
  }
  return flow;
}

/** Keeps numbers to the digit: what a double cannot hold goes through as it is written. */
function parseJson(text: string): unknown {
  const exact = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source !== undefined && String(value) !== context.source
      ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source)
      : value;
  try {
    return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw new Error(`This is no compiled plan of Flink's: ${error instanceof Error ? error.message : error}`);
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
  const loose = (edges as (PlanEdge | null)[]).findIndex(
    (edge) => !ids.has(edge?.source) || !ids.has(edge?.target),
  );
  return loose < 0 ? undefined : `edges[${loose}] joins a node that is not there`;
}
