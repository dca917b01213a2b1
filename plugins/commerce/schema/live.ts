/** Compares the tables that the DDL declares with those in a database. */
import { type Database, PostgresError, type Transaction } from "../clients/postgres.ts";
import { placeOfOffset, type Statement } from "../sql/statements.ts";
import { readTables, type Table } from "./catalogue.ts";

export const SCHEMA = "public";
/** Exists only within a transaction that is rolled back. */
const SCRATCH = "commerce_rehearsal";

/**
 * Reads the declared tables and the live ones. Postgres itself interprets the DDL: it runs in an empty scratch
 * schema and is rolled back. A mistake in the DDL is found here, before anything is changed.
 */
export async function observe(
  database: Database,
  ddl: readonly Statement[],
): Promise<{ desired: Table[]; live: Table[] }> {
  return database.rehearsal(async (transaction) => {
    const live = await readTables(transaction, SCHEMA);
    await transaction.run(`CREATE SCHEMA ${SCRATCH}`);
    await transaction.run(`SET LOCAL search_path TO ${SCRATCH}`);
    await runDdl(transaction, ddl);
    return { desired: await readTables(transaction, SCRATCH), live };
  });
}

/** @throws Error `file:line: what Postgres says` */
export async function runDdl(transaction: Transaction, ddl: readonly Statement[]): Promise<void> {
  for (const statement of ddl) {
    try {
      await transaction.run(statement.text);
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      throw new Error(`${placeOfOffset(statement, error.offset ?? 0)}: ${error.message}`, { cause: error });
    }
  }
}

/** The ids of the declared columns that exist, by `table.column`. */
export function columnIds(desired: Table[], live: Table[]): Record<string, string> {
  const liveColumns = new Map(live.map((table) => [table.name, table.columns]));
  return Object.fromEntries(
    desired.flatMap(({ name, columns }) => {
      const declared = new Set(columns.map((column) => column.name));
      const found = (liveColumns.get(name) ?? []).filter((column) => declared.has(column.name));
      return found.map((column) => [`${name}.${column.name}`, column.id]);
    }),
  );
}

export function namesOf(tables: Table[]): string[] {
  return tables.map((table) => table.name).sort();
}
