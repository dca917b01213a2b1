/** A schema's inputs and outputs, and what a change of each input means. Pure. */
import { type ChangeTable, diffOfData } from "../../sdk/diff.ts";
import type { CheckFailure, Diff, State } from "../../sdk/provider.ts";
import { containsUnknown, isUnknown } from "../../sdk/values.ts";
import type { PostgresConnection } from "../clients/postgres.ts";
import { type SqlFile, type Statement, splitStatements } from "../sql/statements.ts";

export interface SchemaInputs {
  /** As the owner of the tables. The database must exist. */
  connection: PostgresConnection;
  /** DDL without schema names. Each statement must be idempotent (`IF NOT EXISTS`). */
  files: SqlFile[];
  /** Whether steps that lose data are allowed, and deleting tables that have rows. Default false. */
  allowDestructive: boolean;
}

export interface SchemaOutputs extends SchemaInputs {
  /** The tables that the DDL declares, sorted. */
  tables: string[];
  /** How the database differed from the DDL at the last refresh, in words; empty if it did not. */
  drift: string[];
  /**
   * The id of each declared column, by `table.column`. A new id means that the column was dropped and recreated: older
   * rows lack its values, and only a replay of the job restores them.
   */
  columns?: Record<string, string>;
  /** Harmless differences from the DDL that were left as they are, in words. */
  left?: string[];
}

/** The tables that were recreated, or that have a recreated column: rows or values are missing. Sorted. */
export function recreatedTables(before: Record<string, string>, after: Record<string, string>): string[] {
  const columns = Object.keys(after).filter((column) => (before[column] ?? after[column]) !== after[column]);
  return [...new Set(columns.map((column) => column.slice(0, column.lastIndexOf("."))))].sort();
}

export const schemaChanges: ChangeTable<SchemaInputs> = {
  // Another address or password of the same database. Another database replaces the resource: see isOtherDatabase.
  connection: "update",
  files: "update",
  // Harmless differences are removed once this is allowed.
  allowDestructive: "update",
};

export function diffSchema(olds: State<SchemaInputs, SchemaOutputs>, news: SchemaInputs): Diff {
  const diff = diffOfData(schemaChanges, olds.inputs, news);
  const detailed = { ...diff.detailed };
  const replaces = [...diff.replaces];
  if (detailed.files && haveSameStatements(olds.inputs, news)) delete detailed.files;
  if (olds.outputs.drift.length > 0) detailed.drift = "update";
  if (detailed.connection && isOtherDatabase(olds.inputs, news)) {
    detailed.connection = "update-replace";
    replaces.push("connection");
  }
  return { changes: Object.keys(detailed).length > 0, replaces, detailed };
}

/** A connection that is not known yet, as its server is being replaced, does not count as another database. */
export function isOtherDatabase(
  { connection: before }: SchemaInputs,
  { connection: after }: SchemaInputs,
): boolean {
  if (isUnknown(after) || containsUnknown(after.database)) return false;
  return before.database !== after.database;
}

function haveSameStatements(olds: SchemaInputs, news: SchemaInputs): boolean {
  if (containsUnknown(news.files)) return false;
  return areSame(splitStatements(olds.files), splitStatements(news.files));
}

/** Comments and white space do not count. */
export function areSame(olds: readonly Statement[], news: readonly Statement[]): boolean {
  const canonical = (statements: readonly Statement[]) =>
    JSON.stringify(statements.map((statement) => statement.canonical));
  return canonical(olds) === canonical(news);
}

/** Finds what is wrong with the DDL without asking a server, such as a quote that is never closed. */
export function checkSchema(news: SchemaInputs): CheckFailure[] {
  if (containsUnknown(news.files)) return [];
  try {
    const statements = splitStatements(news.files);
    return statements.length > 0 ? [] : [{ property: "files", reason: "the files contain no statement" }];
  } catch (error) {
    return [{ property: "files", reason: error instanceof Error ? error.message : String(error) }];
  }
}
