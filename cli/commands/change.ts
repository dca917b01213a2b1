import { changesOf } from "../changes.ts";
import { consent } from "../consent.ts";
import type { Command } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { openProject } from "../project.ts";
import { openStack } from "../pulumi/open.ts";
import { requireUp } from "../pulumi/require-up.ts";
import { up } from "./up.ts";

/** `pause`, `resume`, `scale`, `savepoint`, `replay`: a change of configuration, and the `up` that applies it. */
export const change: Command = async (context) => {
  const { options, project, console, hint } = context;
  const changes = Object.entries(changesOf(options, project.config, new Date(), hint));
  await requireUp(context, false);
  const settings = changes.map(([key, value]) => `${key} to ${value}`).join(" and ");
  if (!(await consent(context, `Set ${settings}, and apply it to ${project.name} ${project.stack}?`))) {
    return exitCodes.failed;
  }
  const stack = await openStack(context);
  const pairs = changes.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  const code = await stack.run(["config", "set-all", ...pairs]);
  if (code !== exitCodes.ok) return code;
  console.line(`${project.configFile}: set ${settings}`);
  const proof = options.proof && options.verb !== "savepoint";
  return up({
    ...context,
    project: openProject(project.dir, project.stack),
    options: { ...options, yes: true, proof },
  });
};
