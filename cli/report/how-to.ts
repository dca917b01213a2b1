import { columns } from "../format.ts";
import type { StackReport } from "./facts.ts";
import type { Look } from "./look.ts";

/** Where to look, and what to type next. */
export function howToLines(report: StackReport, { style, width, hint }: Look): string[] {
  const { outputs } = report;
  const rows: string[][] = [];
  const add = (title: string, ...lines: readonly string[]) => {
    for (const [at, line] of lines.entries()) rows.push([at === 0 ? style.dim(`  ${title}`) : "", line]);
  };
  if (typeof outputs.pgadminUrl === "string") {
    add(
      "Tables",
      `${outputs.pgadminUrl}, as ${outputs.pgadminEmail ?? "the configured user"}`,
      `(password: ${hint("outputs", "--show-secrets")})`,
    );
  }
  add("SQL", hint("sql"));
  if (typeof outputs.flinkUrl === "string") add("Job", `${outputs.flinkUrl}/#/overview`);
  add("State", hint("status"));
  if (report.paused) add("Resume", hint("resume"));
  const data = outputs.onDestroy === "retain" ? "keeps its data" : "deletes its data, too";
  add("Stop", `${hint("destroy")}   (${data})`);
  return columns(rows, { width });
}
