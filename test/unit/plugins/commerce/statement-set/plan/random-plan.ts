/** Small random plans: sources, operators that read any earlier operator, and a sink for each unread operator. */
import fc from "fast-check";
import type {
  CompiledPlan,
  PlanNode,
} from "../../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";

const KINDS = ["source", "filter", "swap", "aggregate", "over", "rank", "union"] as const;

export interface Operator {
  kind: (typeof KINDS)[number];
  /** Which earlier operators it reads, counted from the last one. */
  inputs: [number, number];
  /** Distinguishes it from others of its kind. */
  setting: number;
}

export const operators: fc.Arbitrary<Operator[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    inputs: fc.tuple(fc.nat(5), fc.nat(5)),
    setting: fc.nat(2),
  }),
  { maxLength: 12 },
);

const BIGINT = "BIGINT";
/** Three columns, the last of them a processing time. */
const outputType = {
  type: "ROW",
  fields: [BIGINT, BIGINT, { type: "TIMESTAMP_WITH_LOCAL_TIME_ZONE", kind: "PROCTIME" }].map(
    (fieldType, index) => ({ name: `f${index}`, fieldType }),
  ),
};
const ref = (inputIndex: number) => ({ kind: "INPUT_REF", inputIndex, type: BIGINT });
const sum = (column: number) => ({
  name: "s",
  internalName: "$SUM$1",
  argList: [column],
  filterArg: -1,
  type: BIGINT,
});

const OPERATORS: Record<Operator["kind"], (setting: number) => { type: string; [field: string]: unknown }> = {
  source: (setting) => ({
    type: "stream-exec-table-source-scan_1",
    scanTableSource: {
      table: {
        identifier: "`c`.`d`.`s`",
        resolvedTable: { options: { connector: "kafka", topic: `t${setting}` } },
      },
    },
    outputType,
  }),
  filter: (setting) => ({
    type: "stream-exec-calc_1",
    projection: [0, 1, 2].map(ref),
    condition: {
      kind: "CALL",
      internalName: "$>$1",
      operands: [ref(0), { kind: "LITERAL", value: setting }],
    },
    outputType,
  }),
  swap: () => ({ type: "stream-exec-calc_1", projection: [1, 0, 2].map(ref), condition: null, outputType }),
  aggregate: (setting) => ({
    type: "stream-exec-group-aggregate_1",
    grouping: [0],
    aggCalls: [sum(1), sum(2)],
    needRetraction: setting > 0,
    mode: setting,
    outputType,
  }),
  over: (setting) => ({
    type: "stream-exec-over-aggregate_1",
    overSpec: {
      partition: { fields: [setting % 2] },
      groups: [
        {
          orderBy: { fields: [{ index: 2, isAscending: true }] },
          lowerBound: { kind: "UNBOUNDED_PRECEDING" },
          upperBound: { kind: "CURRENT_ROW" },
          aggCalls: [{ ...sum(0), mode: setting }],
        },
      ],
      constants: [],
      originalInputFields: 3,
    },
    outputType,
  }),
  rank: (setting) => ({ type: "stream-exec-rank_1", setting, outputType }),
  union: () => ({ type: "stream-exec-union_1", outputType }),
};

/** The node of operator `n` has the id `n + 1`; before the first operator there is a source, 0. */
export function planFrom(list: Operator[]): CompiledPlan {
  const nodes: PlanNode[] = [{ id: 0, ...OPERATORS.source(0) }];
  const edges: CompiledPlan["edges"] = [];
  for (const { kind, inputs, setting } of list) {
    const id = nodes.length;
    const count = kind === "source" ? 0 : kind === "union" ? 2 : 1;
    for (const back of inputs.slice(0, count)) edges.push({ source: id - 1 - (back % id), target: id });
    nodes.push({ id, ...OPERATORS[kind](setting) });
  }
  for (const { id } of nodes.filter(({ id }) => edges.every(({ source }) => source !== id))) {
    const sink = {
      type: "stream-exec-sink_1",
      dynamicTableSink: { table: { identifier: `\`c\`.\`d\`.\`t${id}\`` } },
    };
    edges.push({ source: id, target: nodes.length });
    nodes.push({ id: nodes.length, ...sink });
  }
  return { flinkVersion: "2.2", nodes, edges };
}

/** The operator and all operators downstream of it. */
export function downstreamOf(plan: CompiledPlan, id: number): Set<number> {
  const found = new Set([id]);
  for (const one of found) for (const edge of plan.edges) if (edge.source === one) found.add(edge.target);
  return found;
}

/** The same plan with other ids and another order of nodes. */
export function shuffled(plan: CompiledPlan, ids: number[], order: number[]): CompiledPlan {
  const idOf = (id: number) => ids[id] ?? Number.NaN;
  const nodes = plan.nodes.map((node) => ({ ...node, id: idOf(node.id) }));
  const rank = (node: PlanNode) => order[ids.indexOf(node.id)] ?? 0;
  return {
    ...plan,
    nodes: nodes.sort((a, b) => rank(a) - rank(b)),
    edges: plan.edges.map(({ source, target }) => ({ source: idOf(source), target: idOf(target) })),
  };
}
