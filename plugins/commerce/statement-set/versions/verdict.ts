/** Judges a change of the statements: by the plans, and by what the tables hold. */
import { ACCOUNT_TABLE } from "../../../../facts/pipeline.ts";
import { quoteIdentifier, type Transaction } from "../../clients/postgres.ts";
import { REACHABLE_TIMEOUT_SECONDS } from "../../clients/unreachable.ts";
import { SCHEMA } from "../../schema/live.ts";
import type { Verdict } from "../plan/compare.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { type HeldTable, tablesToLookAt, withHeldRows } from "../plan/held-rows.ts";
import { compareWith } from "./compile.ts";
import type { Version } from "./history.ts";
import type { Run } from "./run.ts";

const COLUMNS = `
  SELECT table_name AS name, array_agg(column_name::text) AS columns
  FROM information_schema.columns WHERE table_schema = $1 AND table_name = ANY($2) GROUP BY 1`;

/**
 * @param isPreview the DDL of the tables has not been applied yet, and the database may not run
 * @returns undefined if that version's plan is not known: its state cannot be matched with the new operators
 */
export async function judge(
  { store, news, connectPostgres }: Run,
  before: Version,
  after: CompiledPlan,
  isPreview = false,
): Promise<Verdict | undefined> {
  const verdict = await compareWith(store, before, after);
  if (!verdict) return undefined;
  const tables = tablesToLookAt(verdict);
  if (!news.sinkDatabase || tables.length === 0) return verdict;
  const database = await connectPostgres(news.sinkDatabase, isPreview ? 0 : REACHABLE_TIMEOUT_SECONDS);
  try {
    const held = await database.rehearsal((transaction) => look(transaction, tables));
    return withHeldRows(verdict, isPreview ? new Map([...held].map(withoutColumns)) : held);
  } finally {
    await database.close();
  }
}

/** The connectors do not quote names, so Postgres folds them to lower case. */
async function look({ run }: Transaction, tables: string[]): Promise<Map<string, HeldTable>> {
  const byName = new Map(tables.map((table) => [table.toLowerCase(), table]));
  const held = new Map<string, HeldTable>();
  for (const { name, columns } of await run(COLUMNS, [SCHEMA, [...byName.keys()]])) {
    // The row of earlier events is not the job's: a killed run may have recorded it already.
    const counted = name === ACCOUNT_TABLE ? ` WHERE kafka_partition >= 0` : "";
    const table = `${SCHEMA}.${quoteIdentifier(String(name))}`;
    const [row] = await run(`SELECT EXISTS (SELECT FROM ${table}${counted}) AS "hasRows"`);
    held.set(byName.get(String(name)) ?? String(name), {
      hasRows: row?.hasRows === true,
      columns: new Set(columns as string[]),
    });
  }
  return held;
}

/** Whether a column goes with the change is known only when the DDL has been applied. */
function withoutColumns([table, held]: [string, HeldTable]): [string, HeldTable] {
  return [table, { ...held, columns: new Set() }];
}
