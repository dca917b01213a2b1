/** Shadow tables, which a replay fills while readers see the real ones, and the swap of their rows. */
import { SINK_SCHEMA } from "../../../../facts/pipeline.ts";
import { type Database, quoteIdentifier as quote, type Transaction } from "../../clients/postgres.ts";

export const SHADOW_SCHEMA = "commerce_replay";

export interface ShadowTables {
  /**
   * Creates the tables like the real ones, with the same privileges. Those of an earlier attempt are dropped.
   *
   * @param options `copy`: with the rows of the real tables; default empty
   */
  prepare(tables: string[], options?: { copy: boolean }): Promise<void>;
  /** Replaces the rows of the real tables in one transaction. Readers see either the old rows or the new ones. */
  swap(tables: string[]): Promise<void>;
  /** Whether there are shadow tables. A swap drops them. */
  exist(): Promise<boolean>;
  drop(): Promise<void>;
}

const SHADOW = quote(SHADOW_SCHEMA);
/** Copying millions of rows takes longer than the connection's statement timeout. */
export const LONG_TIMEOUT = "SET LOCAL statement_timeout = '15min'";
const DROP = `DROP SCHEMA IF EXISTS ${SHADOW} CASCADE`;

/** The privileges of all roles but the owner on the real tables. */
const PRIVILEGES = `
  SELECT c.relname AS "table", coalesce(r.rolname, '') AS role, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS privileges
  FROM pg_class c
  CROSS JOIN LATERAL aclexplode(c.relacl) AS a
  LEFT JOIN pg_roles r ON r.oid = a.grantee
  WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY($1) AND a.grantee <> c.relowner
  GROUP BY 1, 2 ORDER BY 1, 2`;

/** Without generated columns, which cannot be inserted. */
const COLUMNS = `
  SELECT c.relname AS "table", string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = $1::regnamespace AND c.relname = ANY($2) AND a.attgenerated = ''
  GROUP BY 1`;

export function shadowTables(database: Database): ShadowTables {
  return {
    prepare: (tables, options) =>
      database.transaction((transaction) => prepare(transaction, tables, options?.copy ?? false)),
    swap: (tables) => database.transaction((transaction) => swap(transaction, tables)),
    exist: () =>
      database.transaction(
        async ({ run }) =>
          (await run("SELECT FROM pg_namespace WHERE nspname = $1", [SHADOW_SCHEMA])).length > 0,
      ),
    drop: () => database.transaction(async ({ run }) => void (await run(DROP))),
  };
}

async function prepare({ run }: Transaction, tables: string[], copy: boolean): Promise<void> {
  await run(DROP);
  await run(`CREATE SCHEMA ${SHADOW}`);
  for (const table of tables)
    await run(`CREATE TABLE ${SHADOW}.${quote(table)} (LIKE public.${quote(table)} INCLUDING ALL)`);
  const granted = await run(PRIVILEGES, [tables]);
  const grantee = (role: unknown) => (role === "" ? "PUBLIC" : quote(String(role)));
  for (const role of new Set(granted.map((grant) => grantee(grant.role))))
    await run(`GRANT USAGE ON SCHEMA ${SHADOW} TO ${role}`);
  for (const { table, role, privileges } of granted)
    await run(`GRANT ${privileges} ON ${SHADOW}.${quote(String(table))} TO ${grantee(role)}`);
  if (!copy) return;
  await run(LONG_TIMEOUT);
  for (const [table, columns] of await columnsOf(run, tables))
    await run(copyRows("public", SHADOW, table, columns));
}

async function swap({ run }: Transaction, tables: string[]): Promise<void> {
  const columns = await columnsOf(run, tables);
  await run(LONG_TIMEOUT);
  // No row may be written between DELETE and INSERT. Writers wait, readers do not.
  const real = tables.map((table) => `public.${quote(table)}`);
  if (real.length > 0) await run(`LOCK TABLE ${real.join(", ")} IN SHARE ROW EXCLUSIVE MODE`);
  for (const table of tables) {
    const filled = columns.get(table);
    if (filled === undefined)
      throw new Error(`There is no table ${SHADOW_SCHEMA}.${table} to take rows from`);
    // Not TRUNCATE, which blocks readers and shows an empty table to older snapshots.
    await run(`DELETE FROM public.${quote(table)}`);
    await run(copyRows(SHADOW, "public", table, filled));
  }
  await forgetUndo(run, real);
  await run(DROP);
}

/** The sinks' journal says how to undo the old rows, which must not happen to the new ones. */
async function forgetUndo(run: Transaction["run"], tables: string[]): Promise<void> {
  const found = await run("SELECT FROM pg_namespace WHERE nspname = $1", [SINK_SCHEMA]);
  if (found.length === 0) return;
  for (const table of ["journal", "runs"])
    await run(`DELETE FROM ${quote(SINK_SCHEMA)}.${table} WHERE target = ANY($1::regclass[])`, [tables]);
}

async function columnsOf(run: Transaction["run"], tables: string[]): Promise<Map<string, string>> {
  const listed = await run(COLUMNS, [SHADOW_SCHEMA, tables]);
  return new Map(listed.map((row) => [String(row.table), String(row.columns)]));
}

function copyRows(from: string, to: string, table: string, columns: string): string {
  const name = quote(table);
  return `INSERT INTO ${to}.${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${from}.${name}`;
}
