/** The same job with other addresses. */
import type { CompiledPlan, PlanNode } from "./compiled-plan.ts";
import { optionsOf, type PlanTable, SINK, SOURCE, sinkName, tableOf } from "./tables.ts";

/** Sends what the JDBC sinks write to the tables of that name in another schema of Postgres. */
export function withSinkSchema(plan: CompiledPlan, schema: string): CompiledPlan {
  return withOptions(plan, SINK, "jdbc", ({ url = "", ...options }) => {
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
  return withOptions(plan, SOURCE, "kafka", (options) => ({ ...options, "properties.group.id": group }));
}

/** The tables that the JDBC sinks write, each once. */
export function sinkTables(plan: CompiledPlan): string[] {
  const tables = plan.nodes.flatMap((node) => tableOf(node, SINK) ?? []);
  return [...new Set(tables.filter((table) => optionsOf(table).connector === "jdbc").map(sinkName))];
}

function withOptions(
  plan: CompiledPlan,
  side: typeof SINK | typeof SOURCE,
  connector: string,
  edit: (options: Record<string, string>) => Record<string, string>,
): CompiledPlan {
  const edited = (node: PlanNode): PlanNode => {
    const table = tableOf(node, side);
    if (!table || optionsOf(table).connector !== connector) return node;
    const resolvedTable: PlanTable["resolvedTable"] = {
      ...table.resolvedTable,
      options: edit(optionsOf(table)),
    };
    return { ...node, [side]: { ...(node[side] as object), table: { ...table, resolvedTable } } };
  };
  return { ...plan, nodes: plan.nodes.map(edited) };
}
