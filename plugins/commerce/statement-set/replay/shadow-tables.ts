/** Tables beside the real ones that a replay fills unseen, and the moment in which the rows change places. */
import type { Database, Transaction } from "../../clients/postgres.ts";
import { quote } from "../../schema/plan.ts";

export const SHADOW_SCHEMA = "commerce_replay";

export interface ShadowTables {
  /**
   * Makes the tables, each as its namesake is, and open to the same roles. What an earlier attempt left goes.
   *
   * @param options `copy`: with the rows of the real ones; default empty
   */
  prepare(tables: string[], options?: { copy: boolean }): Promise<void>;
  /** Puts the shadow's rows in the place of the real tables'. Readers see the old ones or the new, never between. */
  swap(tables: string[]): Promise<void>;
  /** Whether there are any: once the rows have changed places there are none. */
  exist(): Promise<boolean>;
  drop(): Promise<void>;
}

const SHADOW = quote(SHADOW_SCHEMA);
/** Millions of rows take longer than a piece of DDL may. */
const PATIENT = "SET LOCAL statement_timeout = '15min'";
const DROP = `DROP SCHEMA IF EXISTS ${SHADOW} CASCADE`;

/** Who else than the owner may do what with the real tables. */
const PRIVILEGES = `
  SELECT c.relname AS "table", coalesce(r.rolname, '') AS role, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS privileges
  FROM pg_class c
  CROSS JOIN LATERAL aclexplode(c.relacl) AS a
  LEFT JOIN pg_roles r ON r.oid = a.grantee
  WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY($1) AND a.grantee <> c.relowner
  GROUP BY 1, 2 ORDER BY 1, 2`;

/** Columns with a value of their own; those that are computed from others cannot be inserted. */
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
  await run(PATIENT);
  for (const [table, columns] of await columnsOf(run, tables))
    await run(copyRows("public", SHADOW, table, columns));
}

async function swap({ run }: Transaction, tables: string[]): Promise<void> {
  const columns = await columnsOf(run, tables);
  await run(PATIENT);
  // Nobody's row may come between the two: readers go on, writers wait.
  const real = tables.map((table) => `public.${quote(table)}`);
  if (real.length > 0) await run(`LOCK TABLE ${real.join(", ")} IN SHARE ROW EXCLUSIVE MODE`);
  for (const table of tables) {
    const filled = columns.get(table);
    if (filled === undefined)
      throw new Error(`There is no table ${SHADOW_SCHEMA}.${table} to take rows from`);
    // Not TRUNCATE: it would make readers wait, and show some of them an empty table.
    await run(`DELETE FROM public.${quote(table)}`);
    await run(copyRows(SHADOW, "public", table, filled));
  }
  await run(DROP);
}

async function columnsOf(run: Transaction["run"], tables: string[]): Promise<Map<string, string>> {
  const listed = await run(COLUMNS, [SHADOW_SCHEMA, tables]);
  return new Map(listed.map((row) => [String(row.table), String(row.columns)]));
}

function copyRows(from: string, to: string, table: string, columns: string): string {
  const name = quote(table);
  return `INSERT INTO ${to}.${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${from}.${name}`;
}
