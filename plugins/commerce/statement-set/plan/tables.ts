/** The tables of sources and sinks, which a compiled plan holds with their schemas and options. Pure. */
import { isInPostgres } from "../sink-connectors.ts";
import type { PlanNode } from "./compiled-plan.ts";
import { digest, type Relation } from "./relation.ts";
import { rowFields } from "./row-type.ts";

export interface PlanTable {
  identifier: string;
  resolvedTable?: {
    options?: Record<string, string>;
    schema?: {
      /** `kind` is absent for a physical column, else `COMPUTED` or `METADATA`. */
      columns?: {
        name: string;
        kind?: string;
        metadataKey?: string;
        isVirtual?: boolean;
        dataType?: unknown;
      }[];
      primaryKey?: { columns: string[] };
    };
  };
}

export const SOURCE = "scanTableSource";
export const SINK = "dynamicTableSink";

export function tableOf(node: PlanNode, side: typeof SOURCE | typeof SINK): PlanTable | undefined {
  return (node[side] as { table?: PlanTable } | undefined)?.table;
}

export function optionsOf(table: PlanTable): Record<string, string> {
  return table.resolvedTable?.options ?? {};
}

/** Its name in SQL, without catalog and database. */
export function nameOf({ identifier }: PlanTable): string {
  return /`((?:[^`]|``)*)`$/.exec(identifier)?.[1] ?? identifier;
}

/** The name of the sink's table in the external database; its name in SQL if the connector has no such option. */
export function sinkName(table: PlanTable): string {
  return optionsOf(table)["table-name"] ?? nameOf(table);
}

/** The columns that a sink writes, in their order. Computed columns and virtual metadata are not written. */
export function writtenColumns(table: PlanTable): string[] {
  const columns = table.resolvedTable?.schema?.columns ?? [];
  const physical = columns.filter(({ kind }) => kind === undefined);
  const metadata = columns.filter(({ kind, isVirtual }) => kind === "METADATA" && isVirtual !== true);
  return [...physical, ...metadata].map(({ name }) => name);
}

/**
 * Where a sink writes to: a table's server and database, without user and schema, as a replay first writes to another
 * schema. For other connectors, all options.
 */
export function targetOf(table: PlanTable): unknown {
  const options = optionsOf(table);
  return isInPostgres(options) ? options.url?.split("?")[0] : options;
}

/** What a source's offsets refer to. The columns do not matter. */
export function positionsOf(table: PlanTable): Record<string, string> {
  const options = optionsOf(table);
  if (options.connector !== "kafka") return { table: table.identifier, ...options };
  const named = ["connector", "topic", "topic-pattern", "properties.bootstrap.servers"];
  return Object.fromEntries(Object.entries(options).filter(([name]) => named.includes(name)));
}

/**
 * Where a source starts, its consumer group, how often it polls, its isolation level: the state fits whatever they are,
 * because it holds what has been read.
 */
const READING = /^(?:scan\.|properties\.(?!bootstrap\.servers$))/;
/** Abilities that the planner pushes into a source without changing its rows. */
const SAME_ROWS = ["ReadingMetadata", "WatermarkPushDown", "SourceWatermark", "ProjectPushDown"];

export function scanned(node: PlanNode, table: PlanTable): Relation {
  const options = Object.fromEntries(
    Object.entries(optionsOf(table)).filter(([name]) => !READING.test(name)),
  );
  const { abilities } = node[SOURCE] as { abilities?: { type: string }[] };
  const pushed = (abilities ?? []).filter(({ type }) => !SAME_ROWS.includes(type));
  const declared = new Map(table.resolvedTable?.schema?.columns?.map((column) => [column.name, column]));
  return {
    columns: rowFields(node.outputType).map(({ name, type }) => {
      const column = declared.get(name);
      return { type, means: column?.kind === "METADATA" ? `metadata(${column.metadataKey ?? name})` : name };
    }),
    origin: digest([positionsOf(table), options, pushed]),
    filters: [],
  };
}
