import { changesOf } from "../changes.ts";
import { consent } from "../consent.ts";
import type { Command } from "../context.ts";
import { UserError } from "../errors.ts";
import { openProject } from "../project.ts";
import { openStack } from "../pulumi/open.ts";
import { isUp } from "../pulumi/state.ts";
import { up } from "./up.ts";

/** `pause`, `resume`, `scale`, `savepoint`, `replay`: a change of configuration, and the `up` that carries it out. */
export const change: Command = async (context) => {
  const { options, project, console } = context;
  const changes = Object.entries(changesOf(options, project.config, new Date()));
  const stack = await openStack(context);
  const state = await stack.state(false);
  if (state === undefined || !isUp(state)) {
    throw new UserError(`stack ${project.stack} is not up`, "`npm start` brings it up.");
  }
  const settings = changes.map(([key, value]) => `${key} to ${value}`).join(" and ");
  if (!(await consent(context, `Set ${settings}, and bring ${project.name} ${project.stack} there?`)))
    return 1;
  const pairs = changes.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  const code = await stack.run(["config", "set-all", ...pairs]);
  if (code !== 0) return code;
  console.line(`${project.configFile}: set ${settings}`);
  const proof = options.proof && options.verb !== "savepoint";
  return up({
    ...context,
    project: openProject(project.dir, project.stack),
    options: { ...options, yes: true, proof },
  });
};
