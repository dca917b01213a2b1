import type { Command } from "../context.ts";
import { collectDoctorFacts } from "../doctor/collect.ts";
import { diagnose } from "../doctor/diagnose.ts";
import { causeLines } from "../doctor/render.ts";
import { exitCodes } from "../exit-codes.ts";

/** Names what is wrong and the command that fixes it. The exit code says whether there is something. */
export const doctor: Command = async (context) => {
  const { console, project, options, hint } = context;
  const step = console.step(`Looking at ${project.name} ${project.stack}`);
  const facts = await collectDoctorFacts(context).finally(() => step.done());
  const causes = diagnose(facts, hint);
  if (options.json) context.print({ causes });
  else for (const line of causeLines(causes, `${project.name} ${project.stack}`, context)) console.line(line);
  return causes.length === 0 ? exitCodes.ok : exitCodes.failed;
};
