import { Client } from "pg";
import { USERS } from "../../facts/pipeline.ts";
import type { DeadLetterFacts } from "./facts.ts";

export interface DatabaseFacts {
  /** The columns in schema `public`, by `table.column`, with an id that another column never has. */
  readonly columns: ReadonlyMap<string, string>;
  readonly notWritable: readonly string[];
  readonly deadLetters: DeadLetterFacts | undefined;
}

const COLUMNS = `
  SELECT c.relname || '.' || a.attname AS name, c.oid || '.' || a.attnum AS id
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE n.nspname = 'public' AND c.relkind = 'r'`;

/** The reader is not asked: its own login is a fact of its own. */
const NOT_WRITABLE = `
  SELECT c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_roles r ON r.rolname = '${USERS.writer}'
  WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname = ANY ($1)
    AND NOT (has_table_privilege(r.oid, c.oid, 'INSERT') AND has_table_privilege(r.oid, c.oid, 'UPDATE')
      AND has_table_privilege(r.oid, c.oid, 'SELECT') AND has_table_privilege(r.oid, c.oid, 'DELETE'))
  ORDER BY 1`;

/** The newest rows say whether dead letters are arriving now. */
const DEAD_LETTERS = `
  WITH recent AS (
    SELECT reason FROM dead_letters WHERE received_at > timezone('UTC', now()) - interval '2 minutes'
    ORDER BY received_at DESC LIMIT 100000)
  SELECT count(*) AS recent, mode() WITHIN GROUP (ORDER BY reason) AS reason,
    (SELECT count(*) FROM transactions WHERE transactionDate > timezone('UTC', now()) - interval '2 minutes') AS events
  FROM recent`;

/** @throws Error when the owner cannot log in */
export async function readDatabase(ownerUrl: string, tables: readonly string[]): Promise<DatabaseFacts> {
  const client = new Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    application_name: "commerce doctor",
  });
  client.on("error", () => undefined); // reported by the query
  await client.connect();
  try {
    const columns = await client.query<{ name: string; id: string }>(COLUMNS);
    const notWritable = await client.query<{ name: string }>(NOT_WRITABLE, [tables]);
    // A table may be gone, which is a cause of its own.
    const letters = await client
      .query<{ recent: string; reason: string | null; events: string }>(DEAD_LETTERS)
      .catch(() => ({ rows: [] }));
    const [found] = letters.rows;
    return {
      columns: new Map(columns.rows.map(({ name, id }) => [name, id])),
      notWritable: notWritable.rows.map(({ name }) => name),
      deadLetters: found && {
        recent: Number(found.recent),
        events: Number(found.events) + Number(found.recent),
        reason: found.reason ?? "",
      },
    };
  } finally {
    await client.end();
  }
}
