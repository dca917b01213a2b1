/** Sorts the steps of a plan into those to take, those to skip for now, and those to refuse. */
import { PostgresError, quoteIdentifier, type Transaction } from "../clients/postgres.ts";
import type { SchemaStep } from "./plan.ts";

export const BACKUP_SCHEMA = "commerce_backup";
/** Leaves room for the time in a name: Postgres cuts names at 63 bytes. */
const NAME_LENGTH = 47;

export interface Triage {
  /** In the plan's order. `isLossy`: the table has to be copied first. */
  taken: (SchemaStep & { isLossy: boolean })[];
  left: SchemaStep[];
  refused: SchemaStep[];
}

export async function triage(
  transaction: Transaction,
  steps: readonly SchemaStep[],
  allowDestructive: boolean,
): Promise<Triage> {
  const found: Triage = { taken: [], left: [], refused: [] };
  for (const step of steps) {
    const isBlocked = step.probe === undefined || (await finds(transaction, step.probe));
    const isLossy = step.isDestructive && isBlocked;
    const isLeft = step.isDestructive
      ? isLossy && !allowDestructive
      : step.probe !== undefined && isBlocked && step.leave !== undefined;
    if (!isLeft) found.taken.push({ ...step, isLossy });
    else if (step.leave === undefined) found.refused.push(step);
    else found.left.push(step);
  }
  return found;
}

/** A probe that fails, such as a cast of a text to a number, counts as a row found. */
async function finds({ run }: Transaction, probe: string): Promise<boolean> {
  await run("SAVEPOINT probe");
  try {
    return (await run(probe)).length > 0;
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    await run("ROLLBACK TO SAVEPOINT probe");
    return true;
  }
}

/**
 * Copies a table within the transaction that is going to change it.
 *
 * @returns the copy's name
 */
export async function backUp({ run }: Transaction, schema: string, table: string, at: Date): Promise<string> {
  const time = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const copy = `${table.slice(0, NAME_LENGTH)}_${time}`;
  await run(`CREATE SCHEMA IF NOT EXISTS ${BACKUP_SCHEMA}`);
  await run(
    `CREATE TABLE ${BACKUP_SCHEMA}.${quoteIdentifier(copy)} AS TABLE ${schema}.${quoteIdentifier(table)}`,
  );
  return `${BACKUP_SCHEMA}.${copy}`;
}
