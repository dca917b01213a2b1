/** Whether each sink of a statement set finds its table in Postgres as it expects it. */

import type { ConnectPostgres, PostgresConnection } from "../clients/postgres.ts";
import { readTables, type Table } from "../schema/catalogue.ts";
import { placeOf, type SqlFile, splitStatements } from "../sql/statements.ts";
import { type DeclaredTable, declaredTables } from "./declared-tables.ts";
import { isInPostgres } from "./sink-connectors.ts";

const PATIENCE_SECONDS = 60;

/** `format_type`'s name for each Flink type that has but one; of the others Postgres judges when rows come. */
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

/** @throws Error that names every table, column and type on which sinks and catalogue differ */
export async function checkSinks(
  files: SqlFile[],
  connection: PostgresConnection | undefined,
  connect: ConnectPostgres,
): Promise<void> {
  const sinks = declaredTables(splitStatements(files)).filter(({ options }) => isInPostgres(options));
  if (!connection || sinks.length === 0) return;
  const database = await connect(connection, PATIENCE_SECONDS);
  try {
    const live = await database.rehearsal((transaction) => readTables(transaction, "public"));
    const problems = sinks.flatMap((sink) => differences(sink, live));
    if (problems.length > 0)
      throw new Error(
        `The sinks do not fit the tables of database ${connection.database}, so no job was submitted:\n` +
          `${problems.map((problem) => `  - ${problem}\n`).join("")}` +
          `Bring the sinks in line with the DDL of the tables, or the other way round.`,
      );
  } finally {
    await database.close();
  }
}

/** Pure. The sink's names are not quoted, so Postgres sees them in lower case. */
export function differences(sink: DeclaredTable, live: Table[]): string[] {
  const place = placeOf(sink.statement);
  const name = (sink.options["table-name"] ?? sink.name).toLowerCase();
  if (name.includes("."))
    return [
      `${place}: table-name ${name} names a schema; leave it out, as a replay fills a table of another one`,
    ];
  const table = live.find((candidate) => candidate.name === name);
  if (!table) return [`${place}: there is no table ${name}`];

  const problems = sink.columns.flatMap(({ name: column, type, notNull }) => {
    const there = table.columns.find((candidate) => candidate.name === column.toLowerCase());
    if (!there) return [`${place}: table ${name} has no column ${column} (${type} in the sink)`];
    const [base = "", modifiers = ""] = type.split(/(?=\()/);
    const wanted = IN_POSTGRES[base]?.(modifiers);
    if (wanted !== undefined && wanted !== there.type)
      return [
        `${place}: table ${name}, column ${column}: ${type} in the sink, which takes ${wanted}, but ${there.type} in the table`,
      ];
    return there.notNull && !notNull
      ? [`${place}: table ${name}, column ${column}: may be NULL in the sink, but not in the table`]
      : [];
  });
  const written = new Set(sink.columns.map((column) => column.name.toLowerCase()));
  for (const column of table.columns)
    if (column.notNull && column.default === undefined && !written.has(column.name))
      problems.push(
        `${place}: table ${name}, column ${column.name}: must not be NULL, but is not in the sink`,
      );
  const keys = [sink.primaryKey.map((column) => column.toLowerCase()), table.primaryKey].map(
    (columns) => `(${columns.join(", ")})`,
  );
  if (sink.primaryKey.length > 0 && keys[0] !== keys[1])
    problems.push(`${place}: table ${name}: primary key ${keys[0]} in the sink, but ${keys[1]} in the table`);
  return problems;
}
