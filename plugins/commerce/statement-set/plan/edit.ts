/** The same job with other addresses. */
import { isInPostgres } from "../sink-connectors.ts";
import type { CompiledPlan, PlanNode } from "./compiled-plan.ts";
import { optionsOf, type PlanTable, SINK, SOURCE, sinkName, tableOf } from "./tables.ts";

/** Sends what the sinks write to the tables of that name in another schema of Postgres. */
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

/** Lets the Kafka sources commit their offsets under another consumer group. */
export function withSourceGroup(plan: CompiledPlan, group: string): CompiledPlan {
  return withOptions(plan, SOURCE, isKafka, (options) => ({ ...options, "properties.group.id": group }));
}

/** The tables in Postgres that the sinks write, each once. */
export function sinkTables(plan: CompiledPlan): string[] {
  const tables = plan.nodes.flatMap((node) => tableOf(node, SINK) ?? []);
  return [...new Set(tables.filter((table) => isInPostgres(optionsOf(table))).map(nameInPostgres))];
}

/** The connectors quote nothing. */
const nameInPostgres = (table: PlanTable) => sinkName(table).toLowerCase();

const isKafka = ({ connector }: Record<string, string>) => connector === "kafka";

function withOptions(
  plan: CompiledPlan,
  side: typeof SINK | typeof SOURCE,
  concerns: (options: Record<string, string>) => boolean,
  edit: (options: Record<string, string>) => Record<string, string>,
): CompiledPlan {
  const edited = (node: PlanNode): PlanNode => {
    const table = tableOf(node, side);
    if (!table || !concerns(optionsOf(table))) return node;
    const resolvedTable: PlanTable["resolvedTable"] = {
      ...table.resolvedTable,
      options: edit(optionsOf(table)),
    };
    return { ...node, [side]: { ...(node[side] as object), table: { ...table, resolvedTable } } };
  };
  return { ...plan, nodes: plan.nodes.map(edited) };
}
