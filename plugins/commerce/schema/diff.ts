/** What a change of a schema resource means. Pure. */
import { type ChangeTable, diffOfData } from "../../sdk/diff.ts";
import type { CheckFailure, Diff, State } from "../../sdk/provider.ts";
import { containsUnknown, isUnknown } from "../../sdk/values.ts";
import type { PostgresConnection } from "../clients/postgres.ts";
import { type SqlFile, splitStatements } from "../sql/statements.ts";

export interface SchemaInputs {
  /** As the owner of the tables; the database itself is not made here. */
  connection: PostgresConnection;
  /** DDL whose names carry no schema; each statement must be harmless when repeated (`IF NOT EXISTS`). */
  files: SqlFile[];
  /** Default false: a step that loses data is refused. */
  allowDestructive: boolean;
}

export interface SchemaOutputs extends SchemaInputs {
  /** The tables that the DDL declares, sorted. */
  tables: string[];
  /** Where the last look found the database to differ from the DDL, in words; empty when it agrees. */
  drift: string[];
  /**
   * Of each declared column, as `table.column`, what it is known by. Another value says that it was dropped and
   * made again: the rows that were there before lack it, and only a replay of the job brings them back.
   */
  columns?: Record<string, string>;
  /** What differs from the DDL and was left so, in words, because it does no harm. */
  left?: string[];
}

/** The tables of which some column was made anew, so that rows of before are not whole, or not there. Sorted. */
export function recreatedTables(before: Record<string, string>, after: Record<string, string>): string[] {
  const columns = Object.keys(after).filter((column) => (before[column] ?? after[column]) !== after[column]);
  return [...new Set(columns.map((column) => column.slice(0, column.lastIndexOf("."))))].sort();
}

export const schemaChanges: ChangeTable<SchemaInputs> = {
  // Another database is another resource (see below); another address or password leads to the same one.
  connection: "update",
  files: "update",
  // What was left because it does no harm may go now.
  allowDestructive: "update",
};

export function diffSchema(olds: State<SchemaInputs, SchemaOutputs>, news: SchemaInputs): Diff {
  const diff = diffOfData(schemaChanges, olds.inputs, news);
  const detailed = { ...diff.detailed };
  const replaces = [...diff.replaces];
  if (detailed.files && sameStatements(olds.inputs.files, news.files)) delete detailed.files;
  if (olds.outputs.drift.length > 0) detailed.drift = "update";
  if (detailed.connection && isOtherDatabase(olds.inputs, news)) {
    detailed.connection = "update-replace";
    replaces.push("connection");
  }
  return { changes: Object.keys(detailed).length > 0, replaces, detailed };
}

/** An unknown connection (its server is being replaced) does not count as another database. */
function isOtherDatabase({ connection: before }: SchemaInputs, { connection: after }: SchemaInputs): boolean {
  if (isUnknown(after) || containsUnknown(after.database)) return false;
  return before.database !== after.database;
}

/** Comments and white space say nothing to Postgres. */
export function sameStatements(olds: SqlFile[], news: SqlFile[]): boolean {
  if (containsUnknown(news)) return false;
  const canonical = (files: SqlFile[]) => splitStatements(files).map((statement) => statement.canonical);
  return JSON.stringify(canonical(olds)) === JSON.stringify(canonical(news));
}

/** Finds what can be found without a server: a quote or comment that is never closed. */
export function checkSchema(news: SchemaInputs): CheckFailure[] {
  if (containsUnknown(news.files)) return [];
  try {
    const statements = splitStatements(news.files);
    return statements.length > 0 ? [] : [{ property: "files", reason: "there is no statement in them" }];
  } catch (error) {
    return [{ property: "files", reason: error instanceof Error ? error.message : String(error) }];
  }
}
