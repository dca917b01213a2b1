import { listProjectContainers } from "../containers.ts";
import type { Command } from "../context.ts";
import { findDocker } from "../docker.ts";
import { exitCodes } from "../exit-codes.ts";
import { columns } from "../format.ts";
import { readProject } from "../project.ts";
import { recordedStacks } from "../pulumi/recorded-stacks.ts";
import { describeContainers, listStacks } from "../stack-list.ts";

/** Lists the project's stacks that have state or containers. */
export const stacks: Command = async (context) => {
  const { dir, options, console, style, print, hint } = context;
  const project = readProject(dir);
  const docker = await findDocker();
  const recorded = await recordedStacks(context, project);
  const found = listStacks(recorded, docker && (await listProjectContainers(docker, project.name)));
  if (options.json) {
    print(found);
    return exitCodes.ok;
  }
  if (docker === undefined) console.line("No Docker engine answers, so the containers are unknown.");
  if (found.length === 0) {
    console.line(`No stack is up here. \`${hint("up")}\` brings one up.`);
    return exitCodes.ok;
  }
  const header = ["Stack", "Containers", "Recorded resources"].map(style.dim);
  const rows = found.map(({ name, containers, resources }) => [
    style.bold(name),
    describeContainers(containers),
    resources === undefined ? "none: it is not in this state" : String(resources),
  ]);
  for (const line of columns([header, ...rows])) console.line(line);
  return exitCodes.ok;
};
