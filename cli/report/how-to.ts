import { containerName, SERVICES } from "../../facts/pipeline.ts";
import { columns, visibleLength } from "../format.ts";
import { database } from "../services.ts";
import type { StackReport } from "./facts.ts";
import type { Look } from "./look.ts";

/** Where to look, and what to type next. */
export function howToLines(report: StackReport, { style, width, hint }: Look): string[] {
  const { project, outputs } = report;
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
  const container = containerName(SERVICES.postgres.name, project.stack, project.name);
  add("SQL", ...command(`docker exec -it ${container}`, `psql -U postgres ${database}`, width - labelWidth));
  if (typeof outputs.flinkUrl === "string") add("Job", `${outputs.flinkUrl}/#/overview`);
  add("State", hint("status"));
  if (report.paused) add("Resume", hint("resume"));
  const data = outputs.onDestroy === "retain" ? "keeps its data" : "deletes its data, too";
  add("Stop", `${hint("destroy")}   (${data})`);
  return columns(rows, { width });
}

/** The widest title, its indent and the gap behind it. */
const labelWidth = visibleLength("  Tables  ");

/** A command that can be copied: on two lines, as a shell continues it, where one would be too long. */
function command(start: string, rest: string, width: number): readonly string[] {
  const line = `${start} ${rest}`;
  return visibleLength(line) <= width ? [line] : [`${start} \\`, `  ${rest}`];
}
