/** Columns whose type is not the one in the project's DDL. */
import type { Client } from "pg";
import { readDdl } from "../ddl.ts";

interface TableText {
  readonly name: string;
  readonly statement: string;
}

/** The CREATE TABLE statements of tables that no other statement alters. Pure. */
export function plainTables(ddl: string): TableText[] {
  const text = ddl.replace(/--.*$/gm, "");
  const created = [...text.matchAll(/CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s*\([^;]*;/gi)];
  return created
    .map(([statement, name = ""]) => ({ name: name.toLowerCase(), statement }))
    .filter(
      ({ name }) => !new RegExp(`ALTER\\s+TABLE\\s+(?:IF\\s+EXISTS\\s+|ONLY\\s+)*${name}\\b`, "i").test(text),
    );
}

const TYPES = `
  SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, n.nspname AS schema
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE n.nspname IN ('public', $1) AND c.relkind = 'r'`;

/** Creates the tables in a scratch schema, which is rolled back. @returns `table.column is text, not numeric(18,2)` */
export async function readAlteredTypes(client: Client, projectDir: string): Promise<string[]> {
  const tables = plainTables(readDdl(projectDir));
  if (tables.length === 0) return [];
  const scratch = `commerce_doctor_${process.pid}`;
  await client.query("BEGIN");
  try {
    await client.query(`CREATE SCHEMA ${scratch}; SET LOCAL search_path = ${scratch}`);
    for (const { statement } of tables) await client.query(statement);
    const { rows } = await client.query<Record<"name" | "type" | "schema", string>>(TYPES, [scratch]);
    const live = new Map(
      rows.flatMap(({ name, type, schema }) => (schema === "public" ? [[name, type]] : [])),
    );
    return rows
      .filter(({ name, type, schema }) => schema === scratch && live.has(name) && live.get(name) !== type)
      .map(({ name, type }) => `${name} (${live.get(name)} instead of ${type})`);
  } finally {
    await client.query("ROLLBACK");
  }
}
