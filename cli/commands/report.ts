import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "../context.ts";
import { Interrupted } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { newFile } from "../new-file.ts";
import { collectPage } from "../page/collect.ts";
import { renderPage } from "../page/page.ts";
import { redactionFor } from "../pulumi/recorded-secrets.ts";
import { requireUp } from "../pulumi/require-up.ts";
import { healthOf, troubles } from "../report/conditions.ts";

/** Writes one HTML file that shows the pipeline as it runs, for people who have no terminal. */
export const report: Command = async (context) => {
  const { project, console, style, hint, signal } = context;
  const file = newFile(context, "html");
  const state = await requireUp(context, true);
  const step = console.step("Watching the pipeline for 10 s");
  try {
    const facts = await collectPage(project, state, signal);
    if (signal.aborted) throw new Interrupted();
    const judged = {
      health: healthOf(facts.report, hint),
      troubles: troubles(facts.report, hint),
    };
    const css = readFileSync(new URL("../page/page.css", import.meta.url), "utf8");
    // Error messages of services may quote a password.
    const redact = redactionFor(context, state);
    writeFileSync(file, redact(renderPage({ ...facts, ...judged }, css)));
    step.done();
    console.line(`${style.green(style.marks.ok)} ${file}`);
    return exitCodes.ok;
  } catch (error) {
    step.fail();
    throw error;
  }
};
