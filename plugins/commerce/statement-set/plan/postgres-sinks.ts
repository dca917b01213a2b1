/** The sinks of a compiled plan that write tables in Postgres, with columns, types and key as Flink resolved them. */

import { isInPostgres } from "../sink-connectors.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import { nameOf, optionsOf, type PlanTable, SINK, sinkName, tableOf } from "./tables.ts";

export interface SinkColumn {
  name: string;
  /** In SQL, without blanks: `DECIMAL(18,2)`. */
  type: string;
  notNull: boolean;
}

export interface PostgresSink {
  /** Its name in Flink. */
  name: string;
  /** The table in Postgres. The connectors do not quote names, so Postgres folds them to lower case. */
  table: string;
  columns: SinkColumn[];
  /** Empty without a primary key. */
  primaryKey: string[];
}

/** Each sink once, although every INSERT has an operator of its own. */
export function postgresSinks(plan: CompiledPlan): PostgresSink[] {
  const tables = plan.nodes
    .flatMap((node) => tableOf(node, SINK) ?? [])
    .filter((table) => isInPostgres(optionsOf(table)));
  const distinct = new Map(tables.map((table) => [table.identifier, table]));
  return [...distinct.values()].map(postgresSink);
}

/** The tables in Postgres that the plan writes, each once. */
export function sinkTables(plan: CompiledPlan): string[] {
  return [...new Set(postgresSinks(plan).map(({ table }) => table))];
}

function postgresSink(table: PlanTable): PostgresSink {
  const { columns = [], primaryKey } = table.resolvedTable?.schema ?? {};
  return {
    name: nameOf(table),
    table: sinkName(table).toLowerCase(),
    // Computed columns and metadata have a kind; neither is written to the table.
    columns: columns
      .filter(({ kind }) => kind === undefined)
      .map(({ name, dataType }) => ({ name, ...sqlType(dataType) })),
    primaryKey: primaryKey?.columns ?? [],
  };
}

/** Flink writes the type as text, or as an object where SQL has no name for it. */
function sqlType(dataType: unknown): Pick<SinkColumn, "type" | "notNull"> {
  if (typeof dataType !== "string") {
    const { type, nullable } = (dataType ?? {}) as { type?: unknown; nullable?: boolean };
    return { type: String(type), notNull: nullable === false };
  }
  const type = dataType
    .replace(/ NOT NULL$/, "")
    .replace(/, /g, ",")
    .replace(/^VARCHAR\(2147483647\)$/, "STRING")
    .replace(/^VARBINARY\(2147483647\)$/, "BYTES")
    .replace(/^TIMESTAMP(\(\d\)) WITH LOCAL TIME ZONE$/, "TIMESTAMP_LTZ$1");
  return { type, notNull: dataType.endsWith(" NOT NULL") };
}
