/** Brings the live tables to what the DDL declares, or says what that would change. */
import type { OperationContext, State } from "../../sdk/provider.ts";
import { type Database, PostgresError, type Transaction } from "../clients/postgres.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";
import { readTables, type Table } from "./catalogue.ts";
import { areSame, recreatedTables, type SchemaInputs, type SchemaOutputs } from "./diff.ts";
import { columnIds, namesOf, observe, runDdl, SCHEMA } from "./live.ts";
import { type Previous, planSchema, type SchemaStep } from "./plan.ts";
import { missingPrivileges } from "./privileges.ts";
import { BACKUP_SCHEMA, backUp, type Triage, triage } from "./triage.ts";

/**
 * Two updates at once would see each other's partial changes. Any number will do, as long as all updates use the same.
 */
const LOCK = 20_260_101;

export type SchemaState = State<SchemaInputs, SchemaOutputs>;

/** @returns the state as observed, with the drift */
export async function observeSchema(
  database: Database,
  inputs: SchemaInputs,
  known: Pick<SchemaOutputs, "columns" | "left">,
): Promise<SchemaOutputs> {
  const { columns = {}, left = [] } = known;
  const { desired, live } = await observe(database, splitStatements(inputs.files));
  const plan = planSchema(desired, live, { tables: [], columns: new Set(), isDrift: true });
  const found = await database.rehearsal((transaction) => triageAll(transaction, plan, desired, inputs));
  const unchanged = found.left.map(withoutStep);
  const drift = [
    ...[...found.taken, ...found.refused].map((step) => step.what),
    // The update that left a difference has already warned of it.
    ...unchanged.filter((what) => !left.includes(what)),
    ...recreatedTables(columns, columnIds(desired, live)).map(lostValues),
  ];
  const stillLeft = left.filter((what) => unchanged.includes(what));
  return { ...inputs, tables: namesOf(desired), columns, left: stillLeft, drift };
}

/** @throws Error that lists the steps which are not allowed */
export async function previewSchema(
  database: Database,
  news: SchemaInputs,
  olds: SchemaState,
  context: OperationContext,
): Promise<SchemaOutputs> {
  const ddl = splitStatements(news.files);
  const { desired, live } = await observe(database, ddl);
  const plan = planSchema(desired, live, previousOf(olds, ddl));
  const found = await database.rehearsal((transaction) => triageAll(transaction, plan, desired, news));
  if (found.refused.length > 0) throw new Error(refusal(news, found.refused));
  for (const { what, isLossy } of found.taken)
    context.log("info", isLossy ? `${what}, after a copy of the table to schema ${BACKUP_SCHEMA}` : what);
  const { columns, left } = olds.outputs;
  return { ...news, tables: namesOf(desired), columns, left, drift: [] };
}

/** @throws Error that lists the steps which are not allowed; then nothing has been changed */
export async function updateSchema(
  database: Database,
  news: SchemaInputs,
  olds: SchemaState | undefined,
  context: OperationContext,
): Promise<SchemaOutputs> {
  const ddl = splitStatements(news.files);
  // Held by the session, so that it covers what the plan is made from. It ends with the connection.
  await database.transaction(({ run }) => run("SELECT pg_advisory_lock($1)", [LOCK]));
  const { desired, live } = await observe(database, ddl);
  const plan = planSchema(desired, live, previousOf(olds, ddl));
  return database.transaction(async (transaction) => {
    const { taken, left, refused } = await triageAll(transaction, plan, desired, news);
    if (refused.length > 0) throw new Error(refusal(news, refused));
    await takeSteps(transaction, taken, context);
    // Creates missing tables and whatever else the files declare, such as indexes.
    await runDdl(transaction, ddl);
    const columns = columnIds(desired, await readTables(transaction, SCHEMA));
    const unchanged = left.map(withoutStep);
    for (const what of unchanged)
      if (!olds?.outputs.left?.includes(what)) context.log("warning", `${what}: it is left unchanged`);
    for (const table of recreatedTables(olds?.outputs.columns ?? {}, columns))
      context.log("warning", lostValues(table));
    return { ...news, tables: namesOf(desired), columns, left: unchanged, drift: [] };
  });
}

async function takeSteps(
  transaction: Transaction,
  steps: Triage["taken"],
  context: OperationContext,
): Promise<void> {
  const copies = new Map<string, string>();
  for (const { table, what, sql, isLossy } of steps) {
    if (isLossy && !copies.has(table))
      copies.set(table, await backUp(transaction, SCHEMA, table, new Date()));
    if (isLossy) context.log("warning", `${what}; a copy of the table is kept as ${copies.get(table)}`);
    context.status(what);
    try {
      for (const statement of sql) await transaction.run(statement);
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      throw new Error(`Failed: ${what}. Postgres says: ${error.message}`, { cause: error });
    }
  }
}

function previousOf(olds: SchemaState | undefined, ddl: readonly Statement[]): Previous {
  return {
    tables: olds?.outputs.tables ?? [],
    columns: new Set(Object.keys(olds?.outputs.columns ?? {})),
    isDrift: olds !== undefined && areSame(splitStatements(olds.inputs.files), ddl),
  };
}

/** Sorts the steps of the plan, and those that restore missing privileges. */
async function triageAll(
  transaction: Transaction,
  plan: SchemaStep[],
  desired: Table[],
  { allowDestructive }: SchemaInputs,
): Promise<Triage> {
  await transaction.run(`SET LOCAL search_path TO ${SCHEMA}`);
  const steps = [...(await missingPrivileges(transaction, namesOf(desired))), ...plan];
  return triage(transaction, steps, allowDestructive);
}

/** Describes a difference that is left, because its step is skipped. */
function withoutStep({ leave, what }: SchemaStep): string {
  return leave ?? what;
}

function refusal({ connection, files }: SchemaInputs, steps: SchemaStep[]): string {
  return (
    `The tables of database ${connection.database} would lose data, so nothing was changed:\n` +
    `${steps.map((step) => `  - ${step.what}\n`).join("")}` +
    `Make the DDL in ${files.map((file) => file.path).join(", ")} match the database, ` +
    `or set allowDestructive to accept the loss, with a copy of each such table in schema ${BACKUP_SCHEMA}.`
  );
}

function lostValues(table: string): string {
  return `${table} was recreated, or a column of it: its values are missing until the job replays its source`;
}
