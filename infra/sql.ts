/** Reads the SQL in `sql/` and renders it with a closed set of placeholders. */
import * as fs from "node:fs";
import * as path from "node:path";

/** A file of SQL. `path` is relative to the project, for messages such as `sql/flink/20-sinks.sql:14`. */
export interface SqlFile {
  path: string;
  sql: string;
}

const projectRoot = path.resolve(__dirname, "..");

/** The `.sql` files of a folder of the project, sorted by name. */
export function readSql(folder: string): SqlFile[] {
  return fs
    .readdirSync(path.join(projectRoot, folder))
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({
      path: `${folder}/${name}`,
      // Line ends of a Windows checkout must not look like a changed statement.
      sql: fs.readFileSync(path.join(projectRoot, folder, name), "utf8").replaceAll("\r\n", "\n"),
    }));
}

/**
 * Replaces each `${name}` with its parameter. Values cannot contain line breaks, so line numbers stay correct.
 *
 * @throws Error naming every unknown placeholder with its file and line, and every parameter that no file uses
 */
export function renderSql(files: SqlFile[], parameters: Record<string, string>): SqlFile[] {
  const problems: string[] = [];
  const used = new Set<string>();
  for (const [name, value] of Object.entries(parameters)) {
    if (/[\r\n']/.test(value)) problems.push(`parameter ${name}: a line break or a quote is not allowed`);
  }
  const rendered = files.map((file) => ({
    path: file.path,
    sql: file.sql.replace(/\$\{([^}]*)\}/g, (placeholder, name: string, offset: number) => {
      const value = parameters[name];
      if (value === undefined) {
        const line = file.sql.slice(0, offset).split("\n").length;
        const known = Object.keys(parameters).join(", ");
        problems.push(`${file.path}:${line}: unknown placeholder ${placeholder}; known are ${known}`);
        return placeholder;
      }
      used.add(name);
      return value;
    }),
  }));
  for (const name of Object.keys(parameters)) {
    if (!used.has(name)) problems.push(`parameter ${name}: no file uses it`);
  }
  if (problems.length > 0) throw new Error(`The SQL cannot be rendered:\n  - ${problems.join("\n  - ")}`);
  return rendered;
}
