import type { Command } from "../context.ts";
import { findDocker } from "../docker.ts";
import { recordedState } from "../pulumi/open.ts";
import { collectReport } from "../report/collect.ts";
import { healthOf, troubles } from "../report/facts.ts";
import { renderReport } from "../report/render.ts";

const exitCodes = { healthy: 0, unhealthy: 1, absent: 2 } as const;

/** Exit code 0: healthy; 1: not; 2: there is no such stack. */
export const status: Command = async (context) => {
  const { project, console, style, options } = context;
  const docker = await findDocker();
  const state = await recordedState(context, true);
  const outputs = state?.outputs ?? {};
  const report = await collectReport(project, docker, outputs);
  const health = healthOf(report);
  if (options.json)
    context.print({ health, troubles: health === "absent" ? [] : troubles(report), ...report });
  else if (health === "absent") {
    console.line(`Stack ${project.stack} is not up. \`npm start\` brings it up.`);
  } else {
    if (docker === undefined) console.line("No Docker engine answers.");
    for (const line of renderReport(report, style)) console.line(line);
  }
  return exitCodes[health];
};
