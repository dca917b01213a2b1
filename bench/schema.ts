/** Each run has its own Postgres schema and connection. */
import pg from "pg";
import { USERS } from "../facts/pipeline.ts";

export type Rows = Record<string, string | null>[];

export interface Schema {
  name: string;
  /** Returns values as the text that Postgres sent. */
  query(sql: string, values?: unknown[]): Promise<Rows>;
  /** Runs a prepared statement that stays on the connection. */
  prepared(name: string, sql: string, values: unknown[]): Promise<Rows>;
}

/** Runs `use` with a new schema that has the given tables and that the job's role can write to, then drops it. */
export async function withSchema<T>(
  url: string,
  name: string,
  tables: string,
  use: (schema: Schema) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, types: { getTypeParser: () => String } });
  await client.connect();
  try {
    await client.query(
      `DROP SCHEMA IF EXISTS ${name} CASCADE; CREATE SCHEMA ${name}; SET search_path TO ${name}`,
    );
    await client.query(tables);
    await client.query(
      `GRANT USAGE ON SCHEMA ${name} TO ${USERS.writer}; GRANT ALL ON ALL TABLES IN SCHEMA ${name} TO ${USERS.writer}`,
    );
    // Writes that an earlier run has left behind must not count for this one.
    await client.query("CHECKPOINT");
    return await use({
      name,
      query: async (sql, values) => (await client.query(sql, values)).rows,
      prepared: async (plan, sql, values) => (await client.query({ name: plan, text: sql, values })).rows,
    });
  } finally {
    await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`).catch(() => undefined);
    await client.end();
  }
}
