import type { Command } from "../context.ts";
import { findDocker } from "../docker.ts";
import { exitCodes } from "../exit-codes.ts";
import { recordedState } from "../pulumi/open.ts";
import { collectReport } from "../report/collect.ts";
import { healthOf, troubles } from "../report/facts.ts";
import { renderReport } from "../report/render.ts";

const codes = { healthy: exitCodes.ok, unhealthy: exitCodes.failed, absent: exitCodes.noSuchStack } as const;

/** Reports what runs and what was counted. The exit code says whether the stack is healthy. */
export const status: Command = async (context) => {
  const { project, console, options, hint } = context;
  const docker = await findDocker();
  const state = await recordedState(context, true);
  const report = await collectReport(project, docker, state?.outputs ?? {});
  const health = healthOf(report, hint);
  if (options.json) {
    context.print({ health, troubles: health === "absent" ? [] : troubles(report, hint), ...report });
  } else if (health === "absent") {
    if (docker === undefined) console.line("No Docker engine answers.");
    console.line(`Stack ${project.stack} is not up. \`${hint("up")}\` brings it up.`);
  } else {
    for (const line of renderReport(report, context)) console.line(line);
  }
  return codes[health];
};
