import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The project's DDL for Postgres; empty for a project without any. */
export function readDdl(projectDir: string): string {
  const folder = join(projectDir, "sql", "postgres");
  if (!existsSync(folder)) return "";
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
}
