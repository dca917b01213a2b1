/** Copies of a plan that read or write somewhere else. Pure. */

import { isInPostgres } from "../sink-connectors.ts";
import type { CompiledPlan, PlanNode } from "./compiled-plan.ts";
import { optionsOf, type PlanTable, SINK, SOURCE, tableOf } from "./tables.ts";

/** The sinks write to the tables of the same names in another schema of Postgres. */
export function withSinkSchema(plan: CompiledPlan, schema: string): CompiledPlan {
  return withOptions(plan, SINK, isInPostgres, ({ url = "", ...options }) => {
    const [address = "", query = ""] = url.split(/\?(.*)/s);
    const others = query
      .split("&")
      .filter((parameter) => parameter && !parameter.startsWith("currentSchema="));
    const parameters = [...others, `currentSchema=${encodeURIComponent(schema)}`];
    return { ...options, url: `${address}?${parameters.join("&")}` };
  });
}

/** The Kafka sources commit their offsets under another consumer group. */
export function withSourceGroup(plan: CompiledPlan, group: string): CompiledPlan {
  return withOptions(plan, SOURCE, isKafka, (options) => ({ ...options, "properties.group.id": group }));
}

/**
 * The Kafka sources start from the offsets that their group has committed, and fail if an offset has expired. From the
 * option `earliest-offset` the connector sets the consumer's `auto.offset.reset`, which would skip expired events.
 */
export function withoutOffsetReset(plan: CompiledPlan): CompiledPlan {
  return withOptions(plan, SOURCE, isKafka, (options) => ({
    ...options,
    "scan.startup.mode": "group-offsets",
    "properties.auto.offset.reset": "none",
  }));
}

/** The Kafka sources start without the state that they have in a savepoint: their ids are new ones. */
export function withNewSources(plan: CompiledPlan): CompiledPlan {
  let next = Math.max(...plan.nodes.map(({ id }) => id)) + 1;
  const isSource = (node: PlanNode) => isKafka(optionsOf(tableOf(node, SOURCE) ?? { identifier: "" }));
  const ids = new Map(plan.nodes.filter(isSource).map(({ id }) => [id, next++]));
  const idOf = (id: number) => ids.get(id) ?? id;
  return {
    ...plan,
    nodes: plan.nodes.map((node) => ({ ...node, id: idOf(node.id) })),
    edges: plan.edges.map((edge) => ({ ...edge, source: idOf(edge.source), target: idOf(edge.target) })),
  };
}

/** The consumer groups of the Kafka sources, each once. */
export function sourceGroups(plan: CompiledPlan): string[] {
  const options = plan.nodes.map((node) => optionsOf(tableOf(node, SOURCE) ?? { identifier: "" }));
  const groups = options.filter(isKafka).flatMap((source) => source["properties.group.id"] ?? []);
  return [...new Set(groups)];
}

const isKafka = ({ connector }: Record<string, string>) => connector === "kafka";

function withOptions(
  plan: CompiledPlan,
  side: typeof SINK | typeof SOURCE,
  isConcerned: (options: Record<string, string>) => boolean,
  edit: (options: Record<string, string>) => Record<string, string>,
): CompiledPlan {
  const edited = (node: PlanNode): PlanNode => {
    const table = tableOf(node, side);
    if (!table || !isConcerned(optionsOf(table))) return node;
    const resolvedTable: PlanTable["resolvedTable"] = {
      ...table.resolvedTable,
      options: edit(optionsOf(table)),
    };
    return { ...node, [side]: { ...(node[side] as object), table: { ...table, resolvedTable } } };
  };
  return { ...plan, nodes: plan.nodes.map(edited) };
}
