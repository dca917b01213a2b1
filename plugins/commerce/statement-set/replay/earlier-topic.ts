/** What happens to rows of an earlier topic when the job reads another one. */
import { ACCOUNT_TABLE, OFFSET_COLUMNS, PROOF_TABLE } from "../../../../facts/pipeline.ts";
import { type Database, quoteIdentifier as quote } from "../../clients/postgres.ts";
import { tablesWithRows } from "../../schema/delete.ts";
import { SCHEMA } from "../../schema/live.ts";
import { backUp } from "../../schema/triage.ts";
import type { PostgresSink } from "../plan/postgres-sinks.ts";
import { LONG_TIMEOUT } from "./shadow-tables.ts";

const PARTITION = quote(OFFSET_COLUMNS.partition);
const OFFSET = quote(OFFSET_COLUMNS.offset);
/** Further away than any offset, so that no row gets the key of one that has not been changed yet. */
const FAR = 2n ** 60n;

/**
 * Makes the offsets of all rows negative, in the same order: the last event of each partition gets -1. An offset of the
 * new topic never equals one of an earlier topic then. The job has read no offset of the new topic yet.
 */
export async function carryOffsets(database: Database, sinks: readonly PostgresSink[]): Promise<void> {
  const isByOffset = ({ columns }: PostgresSink) =>
    Object.values(OFFSET_COLUMNS).every((name) =>
      columns.some((column) => column.name.toLowerCase() === name),
    );
  await database.transaction(async ({ run }) => {
    await run(LONG_TIMEOUT);
    if (sinks.some(({ table }) => table === ACCOUNT_TABLE))
      await run(`UPDATE ${SCHEMA}.${ACCOUNT_TABLE} SET first_offset = 0, next_offset = 0`);
    for (const { table } of sinks.filter(isByOffset)) {
      const name = `${SCHEMA}.${quote(table)}`;
      await run(`
        WITH last AS (
          SELECT ${PARTITION} AS partition, max(${OFFSET}) + 1 AS events
          FROM ${name} GROUP BY 1 HAVING max(${OFFSET}) >= 0
        )
        UPDATE ${name} SET ${OFFSET} = ${OFFSET} - ${FAR} - last.events FROM last WHERE ${PARTITION} = last.partition`);
      await run(`UPDATE ${name} SET ${OFFSET} = ${OFFSET} + ${FAR} WHERE ${OFFSET} < -${FAR / 2n}`);
    }
  });
}

/**
 * Empties the tables, so that no row of an event remains that the topic does not have.
 *
 * @returns the copies of those that had rows
 */
export function emptyTables(database: Database, tables: readonly string[]): Promise<string[]> {
  return database.transaction(async (transaction) => {
    await transaction.run(LONG_TIMEOUT);
    const copies: string[] = [];
    for (const table of await tablesWithRows(transaction, [...tables, PROOF_TABLE])) {
      copies.push(await backUp(transaction, SCHEMA, table, new Date()));
      await transaction.run(`DELETE FROM ${SCHEMA}.${quote(table)}`);
    }
    return copies;
  });
}
