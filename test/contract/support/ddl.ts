/** The project's SQL files as statements and tables. */
import { readdirSync, readFileSync } from "node:fs";
import { type Statement, splitStatements } from "../../../plugins/commerce/sql/statements.ts";
import { type DeclaredTable, declaredTables } from "./declared-tables.ts";

export type { DeclaredTable };

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
  return new Map(declaredTables(statements).map((table) => [table.name, table]));
}
