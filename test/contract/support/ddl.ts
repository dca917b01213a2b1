/** Tables as the project's SQL files declare them, read from their text: Flink's and Postgres's alike. */
import { readdirSync, readFileSync } from "node:fs";
import { type Statement, splitStatements } from "../../../infra/provider/statements.ts";

export interface DeclaredColumn {
  name: string;
  /** Upper case, without blanks: `DECIMAL(18,2)`. */
  type: string;
  notNull: boolean;
}

export interface DeclaredTable {
  name: string;
  columns: DeclaredColumn[];
  primaryKey: string[];
  /** Flink's WITH clause; empty for Postgres. */
  options: Record<string, string>;
}

/** @param folder such as `sql/flink` */
export function statementsOf(folder: string): Statement[] {
  const root = new URL("../../../", import.meta.url);
  const files = readdirSync(new URL(folder, root)).filter((name) => name.endsWith(".sql"));
  return splitStatements(
    files.sort().map((name) => ({
      path: `${folder}/${name}`,
      sql: readFileSync(new URL(`${folder}/${name}`, root), "utf8"),
    })),
  );
}

export function tablesOf(statements: Statement[]): Map<string, DeclaredTable> {
  const tables = statements.flatMap((statement) => parseTable(statement.canonical) ?? []);
  return new Map(tables.map((table) => [table.name, table]));
}

/** @param sql a statement without comments, white space folded */
function parseTable(sql: string): DeclaredTable | undefined {
  const head = sql.match(/^CREATE TABLE (?:IF NOT EXISTS )?(\w+) ?\(/i);
  if (!head?.[1]) return undefined;
  const bodyEnd = closing(sql, head[0].length);
  const table: DeclaredTable = { name: head[1], columns: [], primaryKey: [], options: {} };
  for (const item of topLevelItems(sql.slice(head[0].length, bodyEnd))) {
    const key = item.match(/^PRIMARY KEY ?\(([^)]*)\)/i)?.[1];
    if (key !== undefined) table.primaryKey = key.split(",").map((name) => name.trim());
    // Computed and metadata columns and a watermark are no columns of the data.
    else if (!/^WATERMARK |^\w+ AS | METADATA /i.test(item)) table.columns.push(parseColumn(item));
  }
  for (const [, name = "", value = ""] of sql.slice(bodyEnd).matchAll(/'([^']*)' ?= ?'([^']*)'/g))
    table.options[name] = value;
  return table;
}

function parseColumn(item: string): DeclaredColumn {
  const match = item.match(/^(\w+) (\w+(?: ?\([\d, ]+\))?)( NOT NULL)?$/i);
  if (!match?.[1] || !match[2]) throw new Error(`Not a column: ${item}`);
  return {
    name: match[1],
    type: match[2].replaceAll(" ", "").toUpperCase(),
    notNull: match[3] !== undefined,
  };
}

/** Offset of the parenthesis that closes the one before `start`. */
function closing(sql: string, start: number): number {
  let depth = 1;
  for (const match of sql.slice(start).matchAll(/'(?:[^']|'')*'|[()]/g)) {
    depth += match[0] === "(" ? 1 : match[0] === ")" ? -1 : 0;
    if (depth === 0) return start + match.index;
  }
  throw new Error(`A parenthesis is never closed: ${sql.slice(0, 60)} …`);
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
