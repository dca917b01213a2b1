/** Sources and sinks as a compiled plan holds them: with their tables' options inside. */
import type { PlanNode } from "./compiled-plan.ts";
import type { Relation } from "./relation.ts";
import { digest } from "./relation.ts";
import { rowFields } from "./row-type.ts";

export interface PlanTable {
  identifier: string;
  resolvedTable?: {
    options?: Record<string, string>;
    schema?: { columns?: { name: string; kind?: string; metadataKey?: string }[] };
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

/** Its name in the database, or in SQL if it goes elsewhere. */
export function sinkName(table: PlanTable): string {
  return (
    optionsOf(table)["table-name"] ?? /`((?:[^`]|``)*)`$/.exec(table.identifier)?.[1] ?? table.identifier
  );
}

/** How far it has read of what: not which columns. */
export function positionsOf(table: PlanTable): Record<string, string> {
  const options = optionsOf(table);
  if (options.connector !== "kafka") return { table: table.identifier, ...options };
  const named = ["connector", "topic", "topic-pattern", "properties.bootstrap.servers"];
  return Object.fromEntries(Object.entries(options).filter(([name]) => named.includes(name)));
}

/** Where a source starts, who reads, how often it looks: none of it changes what a row says. */
const READING = /^(?:scan\.|properties\.(?!bootstrap\.servers$))/;
/** What is pushed into a source but leaves its rows as they are. */
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
