/** Which steps of a plan are taken, which are not needed for now, and which must be allowed first. */
import { PostgresError, type Transaction } from "../clients/postgres.ts";
import { quote, type Step } from "./plan.ts";

export const BACKUP_SCHEMA = "commerce_backup";
/** Of a name, so that it still has room for the time: Postgres cuts names at 63 bytes. */
const NAME_LENGTH = 47;

export interface Triage {
  /** In the plan's order; a table that would lose something is copied first. */
  taken: (Step & { isLossy: boolean })[];
  left: Step[];
  refused: Step[];
}

export async function triage(
  transaction: Transaction,
  steps: readonly Step[],
  allowDestructive: boolean,
): Promise<Triage> {
  const found: Triage = { taken: [], left: [], refused: [] };
  for (const step of steps) {
    const isInTheWay = step.probe === undefined || (await finds(transaction, step.probe));
    const isLossy = step.destructive && isInTheWay;
    const isLeft = step.destructive
      ? isLossy && !allowDestructive
      : step.probe !== undefined && isInTheWay && step.leave !== undefined;
    if (!isLeft) found.taken.push({ ...step, isLossy });
    else if (step.leave === undefined) found.refused.push(step);
    else found.left.push(step);
  }
  return found;
}

/** What cannot even be asked, such as whether a text is a number, is in the way too. */
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
 * Copies a table as it is, within the transaction that is going to change it.
 *
 * @returns the copy's name
 */
export async function backUp({ run }: Transaction, schema: string, table: string, at: Date): Promise<string> {
  const time = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const copy = `${table.slice(0, NAME_LENGTH)}_${time}`;
  await run(`CREATE SCHEMA IF NOT EXISTS ${BACKUP_SCHEMA}`);
  await run(`CREATE TABLE ${BACKUP_SCHEMA}.${quote(copy)} AS TABLE ${schema}.${quote(table)}`);
  return `${BACKUP_SCHEMA}.${copy}`;
}
