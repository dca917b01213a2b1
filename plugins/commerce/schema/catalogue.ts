/** Reads the tables of a Postgres schema from its catalogue. */
import type { Transaction } from "../clients/postgres.ts";

export interface Column {
  name: string;
  /** Identifies the column as long as it exists: a column that is dropped and recreated gets another id. */
  id: string;
  /** As `format_type` spells it, such as `numeric(18,2)` or `timestamp(3) without time zone`. */
  type: string;
  notNull: boolean;
  /** SQL of the default, if there is one. */
  default?: string;
}

export interface Table {
  name: string;
  /** In the table's order. */
  columns: Column[];
  /** Column names in the key's order; empty without a primary key. */
  primaryKey: string[];
}

const COLUMNS = `
  SELECT c.relname AS "table", a.attname AS "column",
         -- Another server may use the same numbers.
         (SELECT system_identifier FROM pg_control_system()) || '.' || c.oid || '.' || a.attnum AS id,
         format_type(a.atttypid, a.atttypmod) AS type,
         a.attnotnull AS "notNull", pg_get_expr(d.adbin, d.adrelid) AS "default"
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
  ORDER BY c.relname COLLATE "C", a.attnum`;

const PRIMARY_KEYS = `
  SELECT c.relname AS "table", a.attname AS "column"
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS key(attnum, position)
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum
  WHERE n.nspname = $1 AND k.contype = 'p'
  ORDER BY c.relname COLLATE "C", key.position`;

/** All tables of the schema, sorted by name. */
export async function readTables(transaction: Transaction, schema: string): Promise<Table[]> {
  const tables = new Map<string, Table>();
  for (const row of await transaction.run(COLUMNS, [schema])) {
    const name = String(row.table);
    const table = tables.get(name) ?? { name, columns: [], primaryKey: [] };
    tables.set(name, table);
    if (row.column === null) continue;
    table.columns.push({
      name: String(row.column),
      id: String(row.id),
      type: String(row.type),
      notNull: row.notNull === true,
      ...(row.default === null ? {} : { default: String(row.default) }),
    });
  }
  for (const row of await transaction.run(PRIMARY_KEYS, [schema]))
    tables.get(String(row.table))?.primaryKey.push(String(row.column));
  return [...tables.values()];
}
