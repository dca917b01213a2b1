/** Checks before a job is submitted that each of its sinks fits its table in Postgres. */

import type { ConnectPostgres, PostgresConnection } from "../clients/postgres.ts";
import { REACHABLE_TIMEOUT_SECONDS } from "../clients/unreachable.ts";
import { readTables, type Table } from "../schema/catalogue.ts";
import { SCHEMA } from "../schema/live.ts";
import { placeOf } from "../sql/statements.ts";
import { type JobScript, placeOfTable } from "./job-script.ts";
import type { CompiledPlan } from "./plan/compiled-plan.ts";
import { type PostgresSink, postgresSinks, type SinkColumn } from "./plan/postgres-sinks.ts";

/** The name that `format_type` has for a Flink type. Other types are left to Postgres, which judges them row by row. */
const IN_POSTGRES: Record<string, (modifiers: string) => string> = {
  STRING: () => "text",
  BYTES: () => "bytea",
  VARBINARY: () => "bytea",
  BINARY: () => "bytea",
  BOOLEAN: () => "boolean",
  SMALLINT: () => "smallint",
  INT: () => "integer",
  BIGINT: () => "bigint",
  FLOAT: () => "real",
  DOUBLE: () => "double precision",
  DATE: () => "date",
  DECIMAL: (modifiers) => `numeric${modifiers}`,
  TIME: (modifiers) => `time${modifiers} without time zone`,
  TIMESTAMP: (modifiers) => `timestamp${modifiers} without time zone`,
  TIMESTAMP_LTZ: (modifiers) => `timestamp${modifiers} with time zone`,
};

/** A plan does not tell a type without modifiers from one with Flink's defaults. */
const DEFAULT_MODIFIERS: Record<string, string> = {
  DECIMAL: "(10,0)",
  TIME: "(0)",
  TIMESTAMP: "(6)",
  TIMESTAMP_LTZ: "(6)",
};

/**
 * @param script declares the sinks: their places in it are part of the error
 * @throws Error that names every table, column and type in which sinks and database differ
 */
export async function checkSinks(
  plan: CompiledPlan,
  script: JobScript,
  connection: PostgresConnection | undefined,
  connect: ConnectPostgres,
  signal?: AbortSignal,
): Promise<void> {
  const sinks = postgresSinks(plan);
  if (!connection || sinks.length === 0) return;
  const database = await connect(connection, REACHABLE_TIMEOUT_SECONDS, { signal });
  try {
    const live = await database.rehearsal((transaction) => readTables(transaction, SCHEMA));
    const problems = sinks.flatMap((sink) => {
      const place = placeOfTable(script.statements, sink.name) ?? placeOf(script.statementSet);
      return differences(sink, live).map((difference) => `  - ${place}: ${difference}\n`);
    });
    if (problems.length > 0)
      throw new Error(
        `The sinks do not fit the tables of database ${connection.database}, so no job was submitted:\n` +
          `${problems.join("")}Change the sinks to match the DDL of the tables, or the DDL to match the sinks.`,
      );
  } finally {
    await database.close();
  }
}

/** Pure. */
export function differences({ table: name, columns, primaryKey }: PostgresSink, live: Table[]): string[] {
  if (name.includes("."))
    return [`table-name ${name} names a schema; leave it out, as a replay fills a table of another one`];
  const table = live.find((candidate) => candidate.name === name);
  if (!table) return [`there is no table ${name}`];

  const problems = columns.flatMap((column) => {
    const found = table.columns.find((candidate) => candidate.name === column.name.toLowerCase());
    if (!found) return [`table ${name} has no column ${column.name} (${column.type} in the sink)`];
    const where = `table ${name}, column ${column.name}`;
    const [wanted, ...others] = typesInPostgres(column);
    if (wanted !== undefined && ![wanted, ...others].includes(found.type))
      return [`${where}: ${column.type} in the sink, which takes ${wanted}, but ${found.type} in the table`];
    return found.notNull && !column.notNull
      ? [`${where}: may be NULL in the sink, but not in the table`]
      : [];
  });
  const written = new Set(columns.map((column) => column.name.toLowerCase()));
  for (const column of table.columns)
    if (column.notNull && column.default === undefined && !written.has(column.name))
      problems.push(`table ${name}, column ${column.name}: must not be NULL, but is not in the sink`);
  const sinkKey = primaryKey.map((column) => column.toLowerCase()).join(", ");
  const tableKey = table.primaryKey.join(", ");
  if (primaryKey.length > 0 && sinkKey !== tableKey)
    problems.push(`table ${name}: primary key (${sinkKey}) in the sink, but (${tableKey}) in the table`);
  return problems;
}

/** The types that the column may have in Postgres, the exact one first; none if Postgres is to judge. */
function typesInPostgres({ type }: SinkColumn): string[] {
  const [base = "", modifiers = ""] = type.split(/(?=\()/);
  const inPostgres = IN_POSTGRES[base];
  if (!inPostgres) return [];
  return modifiers === DEFAULT_MODIFIERS[base]
    ? [inPostgres(modifiers), inPostgres("")]
    : [inPostgres(modifiers)];
}
