import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { proofTable, tables } from "../services.ts";

/** Rows by table, of every table in the database; the proof's ids last. */
export async function countRows(url: string): Promise<Record<string, number>> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    application_name: "commerce status",
  });
  // Without a listener a lost connection would end the process.
  client.on("error", () => undefined);
  await client.connect();
  try {
    const found = await client.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    const names = inOrder(found.rows.map(({ name }) => name));
    const parts = names.map((name) => `(SELECT count(*) FROM ${client.escapeIdentifier(name)})`);
    // One query, so that all counts are of the same moment. A restarted job writes the proof's rows again.
    const { rows } = await client.query<string[]>({
      rowMode: "array",
      text: `SELECT ${[...parts, proofEvents].join(", ")}`,
    });
    return Object.fromEntries([...names, proofTable].map((name, at) => [name, Number(rows[0]?.[at])]));
  } finally {
    await client.end();
  }
}

const proofEvents = `(SELECT count(*) FROM ${proofTable}
  WHERE transactionId NOT IN (SELECT transactionId FROM transactions WHERE currency = 'XTS'))`;

/** The pipeline's tables that the project's DDL names. A project may have taken some out. */
export function declaredTables(projectDir: string): string[] {
  const folder = join(projectDir, "sql", "postgres");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  const ddl = files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  return tables.filter((table) => new RegExp(`\\b${table}\\b`).test(ddl));
}

/** The pipeline's own tables in their order, then those that users have added. */
export function inOrder(names: readonly string[]): string[] {
  const known = tables.filter((table) => names.includes(table));
  const added = names.filter((name) => name !== proofTable && !known.some((table) => table === name));
  return [...known, ...added.sort()];
}
