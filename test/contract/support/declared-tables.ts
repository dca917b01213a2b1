/** Reads tables from the text of `CREATE TABLE` statements, in the SQL of Flink and of Postgres. Pure. */
import type { Statement } from "../../../plugins/commerce/sql/statements.ts";

interface DeclaredColumn {
  name: string;
  /** Upper case, without blanks in parentheses: `DECIMAL(18,2)`. */
  type: string;
  notNull: boolean;
}

export interface DeclaredTable {
  name: string;
  /** Without computed columns and metadata. */
  columns: DeclaredColumn[];
  primaryKey: string[];
  /** Flink's WITH clause; empty for Postgres. */
  options: Record<string, string>;
}

export function declaredTables(statements: Statement[]): DeclaredTable[] {
  return statements.flatMap((statement) => declaredTable(statement) ?? []);
}

function declaredTable(statement: Statement): DeclaredTable | undefined {
  // Without comments, white space folded.
  const sql = statement.canonical;
  const head = sql.match(/^CREATE (?:TEMPORARY )?TABLE (?:IF NOT EXISTS )?[`"]?(\w+)[`"]? ?\(/i);
  if (!head?.[1]) return undefined;
  const bodyEnd = closing(sql, head[0].length);
  const table: DeclaredTable = { name: head[1], columns: [], primaryKey: [], options: {} };
  for (const item of topLevelItems(sql.slice(head[0].length, bodyEnd))) {
    const key = item.match(/^(?:CONSTRAINT \w+ )?PRIMARY KEY ?\(([^)]*)\)/i)?.[1];
    if (key !== undefined) table.primaryKey = key.split(",").map((name) => name.replace(/[`" ]/g, ""));
    else table.columns.push(...declaredColumn(item));
  }
  for (const [, name = "", value = ""] of sql.slice(bodyEnd).matchAll(/'([^']*)' ?= ?'([^']*)'/g))
    table.options[name] = value;
  return table;
}

/** One column, or none if the item is a watermark, a constraint, a computed column, or metadata. */
function declaredColumn(item: string): DeclaredColumn[] {
  if (/^WATERMARK |^\S+ AS | METADATA\b/i.test(item)) return [];
  const [, name, type] =
    item.match(/^[`"]?(\w+)[`"]? (.+?)(?: (?:NOT NULL|NULL|COMMENT|DEFAULT)\b.*)?$/i) ?? [];
  if (!name || !type) return [];
  const normal = type.replace(/ ?([(,]) ?/g, "$1").toUpperCase();
  return [{ name, type: normal, notNull: / NOT NULL\b/i.test(item) }];
}

/** Offset of the parenthesis that closes the one before `start`. */
function closing(sql: string, start: number): number {
  let depth = 1;
  for (const match of sql.slice(start).matchAll(/'(?:[^']|'')*'|[()]/g)) {
    depth += match[0] === "(" ? 1 : match[0] === ")" ? -1 : 0;
    if (depth === 0) return start + match.index;
  }
  // Unbalanced parentheses, which the server reports.
  return sql.length;
}

function topLevelItems(list: string): string[] {
  const items = [""];
  let depth = 0;
  for (const [token] of list.matchAll(/'(?:[^']|'')*'|[\s\S]/g)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === "," && depth === 0) items.push("");
    else items.push(`${items.pop()}${token}`);
  }
  return items.map((item) => item.trim());
}
