import { changesOf } from "../changes.ts";
import { consent } from "../consent.ts";
import type { Command } from "../context.ts";
import { chooseEngine } from "../engines/choose.ts";
import { UserError } from "../errors.ts";
import { openProject } from "../project.ts";
import { up } from "./up.ts";

/** `pause`, `resume`, `scale`, `savepoint`, `replay`: a change of configuration, and the `up` that carries it out. */
export const change: Command = async (context) => {
  const { options, project, console } = context;
  const changes = Object.entries(changesOf(options, project.config, new Date()));
  const engine = chooseEngine(context);
  if (Object.keys((await engine.outputs(false)) ?? {}).length === 0) {
    throw new UserError(`stack ${project.stack} is not up`, "`npm start` brings it up.");
  }
  const settings = changes.map(([key, value]) => `${key} to ${value}`).join(" and ");
  if (!(await consent(context, `Set ${settings}, and bring ${project.name} ${project.stack} there?`)))
    return 1;
  for (const [key, value] of changes) {
    const code = await engine.command(["config", "set", key, value]);
    if (code !== 0) return code;
  }
  console.line(`${project.configFile}: set ${settings}`);
  const proof = options.proof && options.verb !== "savepoint";
  return up({
    ...context,
    project: openProject(project.dir, project.stack),
    options: { ...options, yes: true, proof },
  });
};
