/** What the state of an aggregate depends on: never on names, nor on columns that only pass by. */
import type { PlanNode } from "./compiled-plan.ts";
import { bare, type Meaning, only, relation, stateless, unknown, without } from "./meaning.ts";
import { type Column, columnOf, digest, type Relation } from "./relation.ts";

interface AggCall {
  argList: number[];
  filterArg: number;
}

interface Windowing {
  timeAttributeIndex?: number;
  windowStart?: number;
  windowEnd?: number;
}

interface OverSpec {
  partition: { fields: number[] };
  groups: {
    orderBy: { fields: { index: number }[] };
    lowerBound: { kind: string };
    upperBound: { kind: string };
    aggCalls: AggCall[];
  }[];
  constants: unknown[];
  originalInputFields: number;
}

/** State: a key and its accumulators, for each window if there is one. */
export function aggregate(node: PlanNode, inputs: Relation[]): Meaning {
  const input = only(inputs);
  const aggCalls = callsOf(node.aggCalls, (index) => columnOf(input, index));
  return grouped(node, input, aggCalls);
}

/**
 * It hands on what it has before each checkpoint, so it has no state. It leaves out no row and adds none in any sense
 * that counts behind it, so its output's rows are those of its input.
 */
export function localAggregate(node: PlanNode, inputs: Relation[]): Meaning {
  const input = only(inputs);
  const { parts } = aggregate(node, inputs);
  const maker = digest(without(parts, "origin", "filters"));
  return stateless(node, relation(node, keysOf(node, input), input, maker));
}

/** Its calls name columns of the local aggregate's input: what they are of shows in that one's output. */
export function globalAggregate(node: PlanNode, inputs: Relation[]): Meaning {
  const input = only(inputs);
  return grouped(node, input, [callsOf(node.aggCalls, () => undefined), input.columns]);
}

/** Only over all rows so far, by the clock, is the state a key and its accumulators; else it holds whole rows. */
export function overAggregate(node: PlanNode, inputs: Relation[]): Meaning {
  const input = only(inputs);
  const { partition, groups, constants, originalInputFields, ...others } = node.overSpec as OverSpec;
  const [group] = groups;
  const order = group?.orderBy.fields.map(({ index }) => columnOf(input, index).type as { kind?: string });
  const running =
    groups.length === 1 &&
    group?.lowerBound.kind === "UNBOUNDED_PRECEDING" &&
    group.upperBound.kind === "CURRENT_ROW" &&
    order?.every(({ kind }) => kind === "PROCTIME");
  if (!group || !running) return unknown(true)(node, inputs);
  const argument = (index: number) =>
    index < originalInputFields ? columnOf(input, index) : constants[index - originalInputFields];
  const parts = {
    grouping: partition.fields.map((index) => columnOf(input, index)),
    aggCalls: callsOf(group.aggCalls, argument),
    origin: input.origin,
    filters: input.filters,
    others: [
      without(group, "aggCalls", "orderBy"),
      others,
      without(bare(node), "overSpec", "outputType", "inputProperties"),
    ],
  };
  const origin = digest([node.type, parts]);
  const means = [
    ...input.columns.map((column) => column.means),
    ...group.aggCalls.map((_call, index) => `${origin}.${index}`),
  ];
  return { stateful: true, parts, output: relation(node, means, input) };
}

function grouped(node: PlanNode, input: Relation, aggCalls: unknown[]): Meaning {
  const windowing = node.windowing as Windowing | undefined;
  const times = [windowing?.timeAttributeIndex, windowing?.windowStart, windowing?.windowEnd];
  const parts = {
    windowing: windowing && [
      without(windowing, "timeAttributeIndex", "windowStart", "windowEnd", "sliceEnd"),
      times.map((index) => (index === undefined || index < 0 ? undefined : columnOf(input, index))),
    ],
    grouping: (node.grouping as number[]).map((index) => columnOf(input, index)),
    aggCalls,
    origin: input.origin,
    filters: input.filters,
    // Whatever else Flink writes counts as it is; what stands here is only about the rows that go out.
    others: without(bare(node), ...READ_ABOVE, "generateUpdateBefore", "outputType", "inputProperties"),
  };
  const origin = digest([node.type, parts]);
  const properties = (node.namedWindowProperties ?? []) as { property: { kind: string } }[];
  const means = [
    ...keysOf(node, input),
    ...(node.aggCalls as AggCall[]).map((_call, index) => `${origin}.${index}`),
    ...properties.map(({ property }) => `${origin}.${property.kind}`),
  ];
  return { stateful: true, parts, output: relation(node, means, { origin, filters: [] }) };
}

const READ_ABOVE = ["windowing", "namedWindowProperties", "grouping", "aggCalls", "localAggInputRowType"];

function keysOf(node: PlanNode, input: Relation): string[] {
  return (node.grouping as number[]).map((index) => columnOf(input, index).means);
}

/** In their order, in which the accumulators stand. */
function callsOf(calls: unknown, argument: (index: number) => Column | unknown): unknown[] {
  return (calls as AggCall[]).map((call) => ({
    ...without(call, "name", "argList"),
    filterArg: call.filterArg < 0 ? undefined : argument(call.filterArg),
    arguments: call.argList.map(argument),
  }));
}
