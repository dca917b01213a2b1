import { describe, expect, it } from "vitest";
import { type AnalyzedNode, analyze } from "../../../../../../plugins/commerce/statement-set/plan/analyze.ts";
import type { PlanNode } from "../../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";
import { labelOf } from "../../../../../../plugins/commerce/statement-set/plan/label.ts";
import { reasonOf } from "../../../../../../plugins/commerce/statement-set/plan/reason.ts";

const ref = (inputIndex: number) => ({ kind: "INPUT_REF", inputIndex, type: "BIGINT" });
const call = (internalName: string, ...operands: unknown[]) => ({ kind: "CALL", internalName, operands });
const above = (index: number, value: number) => call("$>$1", ref(index), { kind: "LITERAL", value });
const row = (...types: string[]) => `ROW<${types.map((type, index) => `\`f${index}\` ${type}`).join(", ")}>`;
const CLOCK = { type: "TIMESTAMP_WITH_LOCAL_TIME_ZONE", kind: "PROCTIME" };

type Node = Omit<PlanNode, "id">;

const source = (outputType: unknown = row("BIGINT", "BIGINT", "BIGINT")): Node => ({
  type: "stream-exec-table-source-scan_1",
  scanTableSource: { table: { identifier: "`s`" } },
  outputType,
});
const calc = (condition: unknown, projection = [0, 1, 2]): Node => ({
  type: "stream-exec-calc_1",
  projection: projection.map(ref),
  condition,
  outputType: row(...projection.map(() => "BIGINT")),
});
const sum = (column: number, name = "s") => ({
  name,
  internalName: "$SUM$1",
  argList: [column],
  filterArg: -1,
});
const group = (grouping: number[], ...aggCalls: object[]): Node => ({
  type: "stream-exec-group-aggregate_1",
  grouping,
  aggCalls,
  outputType: row(...[...grouping, ...aggCalls].map(() => "BIGINT")),
  description: `GroupAggregate(groupBy=[${grouping.join(", ")}], select=[…])`,
});

/** The last operator of a chain, analyzed. */
function last(...nodes: Node[]): AnalyzedNode {
  const plan = {
    flinkVersion: "2.2",
    nodes: nodes.map((node, id) => ({ id, ...node }) as PlanNode),
    edges: nodes.slice(1).map((_node, source) => ({ source, target: source + 1 })),
  };
  const found = analyze(plan).at(-1);
  if (!found) throw new Error("no node");
  return found;
}

const digest = (...nodes: Node[]) => last(...nodes).digest;

describe("the state of an aggregate", () => {
  const one = digest(source(), calc(call("$AND$1", above(0, 1), above(1, 2))), group([0], sum(2)));

  it("does not depend on the order and repetition of filters", () => {
    const both = call("$AND$1", above(1, 2), call("$AND$1", above(0, 1), above(1, 2)));
    expect(digest(source(), calc(both), group([0], sum(2)))).toBe(one);
    expect(digest(source(), calc(above(1, 2)), calc(above(0, 1)), group([0], sum(2)))).toBe(one);
  });

  it("does not depend on the positions and names of columns", () => {
    const moved = calc(call("$AND$1", above(0, 1), above(1, 2)), [2, 0]);
    expect(digest(source(), moved, group([1], sum(0, "other")))).toBe(one);
  });

  it("does not depend on time attributes and nullability", () => {
    const sure = (operand: unknown, type: unknown) =>
      digest(
        source(),
        { ...calc(null), projection: [ref(0), { ...call("$CAST$1", operand), type }] },
        group([0], sum(1)),
      );
    const plain = sure(ref(2), "BIGINT");
    expect(sure(call("$REINTERPRET$1", ref(2)), "BIGINT")).toBe(plain);
    expect(sure(ref(2), "BIGINT NOT NULL")).toBe(plain);
    expect(sure(ref(2), { type: "BIGINT", nullable: false })).toBe(
      sure(ref(2), { type: "BIGINT", nullable: true }),
    );
    expect(sure(ref(2), "INT")).not.toBe(plain);
  });

  it("depends on filters, columns, order of keys, and types", () => {
    const others = [
      digest(source(), calc(above(0, 1)), group([0], sum(2))),
      digest(source(), calc(call("$AND$1", above(0, 1), above(1, 2))), group([0], sum(1))),
      digest(source(), calc(call("$AND$1", above(0, 1), above(1, 2))), group([0, 1], sum(2))),
      digest(source(), calc(call("$AND$1", above(0, 1), above(1, 2))), group([1, 0], sum(2))),
      digest(source(), calc(call("$OR$1", above(0, 1), above(1, 2))), group([0], sum(2))),
      digest(source(), group([0], { ...sum(2), filterArg: 1 })),
      digest(source(), group([0], sum(2))),
      digest(source(row("INT", "BIGINT", "BIGINT")), group([0], sum(2))),
      digest(source(row("BIGINT", "BIGINT", "DECIMAL(10, 2)")), group([0], sum(2))),
    ];
    expect(new Set([one, ...others]).size).toBe(1 + others.length);
  });

  it("depends on the aggregate upstream", () => {
    const [inner, outer] = [group([0, 1], sum(2)), group([0], sum(2))];
    expect(digest(source(), inner, outer)).toBe(digest(source(), inner, outer));
    expect(digest(source(), calc(above(0, 1)), inner, outer)).not.toBe(digest(source(), inner, outer));
  });
});

describe("an OVER aggregate", () => {
  const over = (columns: unknown[], lowerBound: string): Node => ({
    type: "stream-exec-over-aggregate_1",
    overSpec: {
      partition: { fields: [0] },
      groups: [
        {
          orderBy: { fields: [{ index: columns.length - 1 }] },
          lowerBound: { kind: lowerBound },
          upperBound: { kind: "CURRENT_ROW" },
          aggCalls: [{ name: "n", internalName: "$COUNT$1", argList: [], filterArg: -1 }],
        },
      ],
      constants: [],
      originalInputFields: columns.length,
    },
    outputType: fields([...columns, "BIGINT"]),
  });
  const fields = (types: unknown[]) => ({
    type: "ROW",
    fields: types.map((fieldType, index) => ({ name: `f${index}`, fieldType })),
  });
  const state = (columns: unknown[], lowerBound = "UNBOUNDED_PRECEDING") =>
    digest(source(fields(columns)), over(columns, lowerBound));
  const ROWTIME = { ...CLOCK, kind: "ROWTIME" };

  it("over all rows so far, in processing time, keeps no rows", () => {
    const states = [
      state(["BIGINT", CLOCK]),
      state(["BIGINT", "DECIMAL(1, 0)", CLOCK]),
      state(["BIGINT", "BYTES", CLOCK]),
    ];
    expect(new Set(states).size).toBe(1);
  });

  it.each([
    ["of the last rows", CLOCK, "BOUNDED"],
    ["by the events' time", ROWTIME, "UNBOUNDED_PRECEDING"],
  ])("%s keeps whole rows", (_which, time, bound) => {
    expect(state(["BIGINT", "BYTES", time], bound)).not.toBe(state(["BIGINT", "BIGINT", time], bound));
  });
});

describe("a sink", () => {
  const sink = (url: string, extra: object = {}): Node => ({
    type: "stream-exec-sink_1",
    dynamicTableSink: {
      table: { identifier: "`t`", resolvedTable: { options: { "table-name": "t", url } } },
    },
    ...extra,
  });
  const state = [{ index: 0, ttl: "0 ms", name: "sinkMaterializeState" }];

  it("has state only if its plan records one, and keeps it when its address changes", () => {
    expect(last(source(), sink("here")).stateful).toBe(false);
    expect(last(source(), sink("here", { state })).stateful).toBe(true);
    expect(digest(source(), sink("here", { state }))).toBe(digest(source(), sink("there", { state })));
    expect(digest(source(), calc(null, [1]), sink("here", { state }))).not.toBe(
      digest(source(), sink("here", { state })),
    );
  });
});

it("an unknown operator counts as stateful", () => {
  const rank = { type: "stream-exec-rank_1", description: "Rank(…)", outputType: row("BIGINT") };
  expect(last(source(), rank).stateful).toBe(true);
  expect(digest(source(), { ...rank, description: "other words" })).toBe(digest(source(), rank));
  expect(digest(source(), { ...rank, top: 2 })).not.toBe(digest(source(), rank));
  expect(digest(source(), calc(null, [1, 0, 2]), rank)).not.toBe(digest(source(), rank));
});

it("the reason is found by comparison with the most similar operator of the same type", () => {
  const far = last(source(), calc(above(0, 7)), group([1], sum(1)));
  const near = last(source(), calc(above(0, 7)), group([0], sum(2)));
  const node = last(source(), group([0], sum(2)));
  for (const left of [
    [far, near],
    [near, far],
  ])
    expect(reasonOf(node, left)).toBe("GroupAggregate(groupBy=[0]): its rows are filtered differently");
  expect(reasonOf(node, [last(source())])).toBe(
    "GroupAggregate(groupBy=[0]): there was no such operator before",
  );
});

it.each([
  ["Rank(strategy=[AppendFastStrategy], top=[1])", "Rank(strategy=[AppendFastStrategy])"],
  [
    "WindowAggregate(window=[HOP(time=[t], size=[1 min])], select=[a])",
    "WindowAggregate(window=[HOP(time=[t], size=[1 min])])",
  ],
  ["Union(all)", "Union(all)"],
])("%s is called %s", (description, label) => {
  expect(labelOf(last({ type: "stream-exec-other_1", description }))).toBe(label);
});
