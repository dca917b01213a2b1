import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { documents, root } from "./support/documents.ts";

it("is short enough to be read before the first start", () => {
  const readme = documents.find(({ path: file }) => file === "README.md");
  expect(readme?.text.trimEnd().split("\n").length).toBeLessThanOrEqual(120);
});

it("shows tables in its picture that exist", () => {
  const picture = fs.readFileSync(path.join(root, "docs/architecture.svg"), "utf8");
  const [, postgres = ""] = picture.split(">Postgres</text>");
  const shown = [...postgres.matchAll(/class="mono left".*>(\w+)<\/text>/g)].map(([, table]) => table);
  const folder = path.join(root, "sql/postgres");
  const ddl = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), "utf8"));
  expect(shown.length).toBeGreaterThanOrEqual(9);
  for (const table of shown) expect(ddl.join("\n")).toContain(`CREATE TABLE IF NOT EXISTS ${table} (`);
});

it("repeats no row of a table, its own or another document's", () => {
  const rows = documents.flatMap(({ text }) => tableRows(text));
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter((row, index) => rows.indexOf(row) < index)).toEqual([]);
});

/** Without heads. */
function tableRows(markdown: string): string[] {
  const lines = markdown.split("\n").map((line) => line.trim());
  const isDivider = (line = "") => /^\|( ?:?-+:? ?\|)+$/.test(line);
  return lines.filter(
    (line, index) => /^\|.*\|$/.test(line) && !isDivider(line) && !isDivider(lines[index + 1]),
  );
}
