/** What the state of an aggregate depends on. Names do not count, nor do columns that it only passes through. */
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

/** Its state is a key with its accumulators, per window if there is one. */
export function aggregate(node: PlanNode, inputs: Relation[]): Meaning {
  const input = only(inputs);
  const aggCalls = callsOf(node.aggCalls, (index) => columnOf(input, index));
  return grouped(node, input, aggCalls);
}

/**
 * It flushes before each checkpoint, so it has no state. For operators downstream its output has the rows of its input:
 * none is dropped and none is added.
 */
export function localAggregate(node: PlanNode, inputs: Relation[]): Meaning {
  const input = only(inputs);
  const { parts } = aggregate(node, inputs);
  const producedBy = digest(without(parts, "origin", "filters"));
  return stateless(node, relation(node, keysOf(node, input), input, producedBy));
}

/**
 * Its calls refer to columns of the local aggregate's input, so the local aggregate's output tells what they compute.
 */
export function globalAggregate(node: PlanNode, inputs: Relation[]): Meaning {
  const input = only(inputs);
  return grouped(node, input, [callsOf(node.aggCalls, () => undefined), input.columns]);
}

/**
 * Over all rows so far, in processing time, the state is a key with its accumulators. Any other window keeps whole
 * rows.
 */
export function overAggregate(node: PlanNode, inputs: Relation[]): Meaning {
  const input = only(inputs);
  const { partition, groups, constants, originalInputFields, ...others } = node.overSpec as OverSpec;
  const [group] = groups;
  const order = group?.orderBy.fields.map(({ index }) => columnOf(input, index).type as { kind?: string });
  const isRunningTotal =
    groups.length === 1 &&
    group?.lowerBound.kind === "UNBOUNDED_PRECEDING" &&
    group.upperBound.kind === "CURRENT_ROW" &&
    order?.every(({ kind }) => kind === "PROCTIME");
  if (!group || !isRunningTotal) return unknown(true)(node, inputs);
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
    // All other fields count, except the last three, which only describe the output.
    others: without(bare(node), ...READ_SEPARATELY, "generateUpdateBefore", "outputType", "inputProperties"),
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

const READ_SEPARATELY = [
  "windowing",
  "namedWindowProperties",
  "grouping",
  "aggCalls",
  "localAggInputRowType",
];

function keysOf(node: PlanNode, input: Relation): string[] {
  return (node.grouping as number[]).map((index) => columnOf(input, index).means);
}

/** In their order, which is the order of the accumulators. */
function callsOf(calls: unknown, argument: (index: number) => Column | unknown): unknown[] {
  return (calls as AggCall[]).map((call) => ({
    ...without(call, "name", "argList"),
    filterArg: call.filterArg < 0 ? undefined : argument(call.filterArg),
    arguments: call.argList.map(argument),
  }));
}
