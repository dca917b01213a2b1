/** Postgres as the benchmark uses it: a schema of its own for each run, read with a connection of its own. */
import pg from "pg";

export type Rows = Record<string, string | null>[];

export interface Schema {
  name: string;
  /** Values come as the text that Postgres sent. */
  query(sql: string, values?: unknown[]): Promise<Rows>;
  /** Runs once a plan that is kept on the connection. */
  prepared(name: string, sql: string, values: unknown[]): Promise<Rows>;
}

/** Runs `use` with a fresh schema that holds the given tables, writable by the job's role; it is dropped afterwards. */
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
      `GRANT USAGE ON SCHEMA ${name} TO flink_writer; GRANT ALL ON ALL TABLES IN SCHEMA ${name} TO flink_writer`,
    );
    // What an earlier run has left to write out must not be charged to this one.
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
