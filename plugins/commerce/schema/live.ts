/** What DDL files declare, held against what a database has. */

import { type Database, PostgresError, type Transaction } from "../clients/postgres.ts";
import { placeOfOffset, type SqlFile, splitStatements } from "../sql/statements.ts";
import { readTables, type Table } from "./catalogue.ts";

export const SCHEMA = "public";
/** Lives only within a transaction that is rolled back. */
const SCRATCH = "commerce_rehearsal";

/**
 * What the DDL declares, and what is there. Postgres itself reads the DDL: it is run in an empty scratch schema,
 * looked at, and rolled back. A mistake in it is found here, before anything has been touched.
 */
export async function observe(
  database: Database,
  files: SqlFile[],
): Promise<{ desired: Table[]; live: Table[] }> {
  return database.rehearsal(async (transaction) => {
    const live = await readTables(transaction, SCHEMA);
    await transaction.run(`CREATE SCHEMA ${SCRATCH}`);
    await transaction.run(`SET LOCAL search_path TO ${SCRATCH}`);
    await runFiles(transaction, files);
    return { desired: await readTables(transaction, SCRATCH), live };
  });
}

/** @throws Error `file:line: what Postgres says` */
export async function runFiles(transaction: Transaction, files: SqlFile[]): Promise<void> {
  for (const statement of splitStatements(files)) {
    try {
      await transaction.run(statement.text);
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      throw new Error(`${placeOfOffset(statement, error.offset ?? 0)}: ${error.message}`, { cause: error });
    }
  }
}

/** Of the declared columns, those that are there, with what each is known by. */
export function identities(desired: Table[], live: Table[]): Record<string, string> {
  const there = new Map(live.map((table) => [table.name, table.columns]));
  return Object.fromEntries(
    desired.flatMap(({ name, columns }) => {
      const declared = new Set(columns.map((column) => column.name));
      const found = (there.get(name) ?? []).filter((column) => declared.has(column.name));
      return found.map((column) => [`${name}.${column.name}`, column.id]);
    }),
  );
}

export function names(tables: Table[]): string[] {
  return tables.map((table) => table.name).sort();
}
