/** Deletes the tables. Those with rows need consent, and are copied first. */
import type { OperationContext } from "../../sdk/provider.ts";
import { type Database, quoteIdentifier, type Transaction } from "../clients/postgres.ts";
import type { SchemaInputs } from "./diff.ts";
import { SCHEMA } from "./live.ts";
import type { SchemaState } from "./sync.ts";
import { BACKUP_SCHEMA, backUp } from "./triage.ts";

/** @throws Error if a table has rows and that is not allowed; then nothing has been changed */
export function dropTables(database: Database, olds: SchemaState, context: OperationContext): Promise<void> {
  const { inputs, outputs } = olds;
  return database.transaction(async (transaction) => {
    const filled = await tablesWithRows(transaction, outputs.tables);
    if (filled.length > 0 && !inputs.allowDestructive) throw new Error(deletionRefused(inputs, filled));
    for (const table of filled) {
      const copy = await backUp(transaction, SCHEMA, table, new Date());
      context.log("warning", `table ${table} is dropped; a copy of it is kept as ${copy}`);
    }
    // CASCADE: a view that somebody made on a table must not block this. Postgres reports what it drops.
    for (const table of outputs.tables)
      await transaction.run(`DROP TABLE IF EXISTS ${nameOf(table)} CASCADE`);
  });
}

/** Those of the tables that exist and have rows. */
export async function tablesWithRows({ run }: Transaction, tables: readonly string[]): Promise<string[]> {
  const filled: string[] = [];
  for (const table of tables) {
    const [found] = await run("SELECT to_regclass($1) IS NOT NULL AS exists", [nameOf(table)]);
    if (found?.exists === true && (await run(`SELECT FROM ${nameOf(table)} LIMIT 1`)).length > 0)
      filled.push(table);
  }
  return filled;
}

export function deletionRefused({ connection }: SchemaInputs, tables: readonly string[]): string {
  return (
    `tables of database ${connection.database} have rows and would be dropped: ${tables.join(", ")}. Keep them, ` +
    `or set allowDestructive to true, apply that, and then make this change: ` +
    `a copy of each is then kept in its schema ${BACKUP_SCHEMA}.`
  );
}

function nameOf(table: string): string {
  return `${SCHEMA}.${quoteIdentifier(table)}`;
}
