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
