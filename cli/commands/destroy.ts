import type Docker from "dockerode";
import { ask, canAsk } from "../../engine/commands/ask.ts";
import type { Command, Context } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { chooseEngine } from "../engines/choose.ts";
import { UserError } from "../errors.ts";
import { duration } from "../format.ts";
import { isEmpty, listBelongings, namesOf, removeBelongings } from "../leftovers.ts";

/** Takes the stack down with its data, and looks whether anything of it is left. */
export const destroy: Command = async (context) => {
  const { project, options, console, style, signal } = context;
  const since = Date.now();
  const name = `${project.name} ${project.stack}`;
  if (!options.yes && !canAsk()) {
    throw new UserError(
      `destroy removes ${name} with all its data`,
      "Add --yes to do it without being asked.",
    );
  }
  const docker = await requireDocker(console);
  const { containers, networks, volumes } = await listBelongings(docker, project);
  console.line(
    `Removing ${name}: ${containers.length} containers, ${networks.length} networks, ` +
      `${volumes.length} volumes with their data. Images are kept.`,
  );
  if (!options.yes && !(await ask("Go ahead?", signal))) {
    console.line("Nothing was changed.");
    return 1;
  }
  const engine = chooseEngine(context);
  if ((await engine.outputs(false)) !== undefined) await engine.destroy();
  await sweep(context, docker);
  console.line(
    `${style.green(style.marks.ok)} ${name} is gone: no container, network or volume is left ` +
      style.dim(duration(Date.now() - since)),
  );
  return 0;
};

/** What a killed run made and could not record carries the stack's labels all the same. */
async function sweep({ project, console }: Context, docker: Docker): Promise<void> {
  const left = await listBelongings(docker, project);
  if (isEmpty(left)) return;
  const step = console.step(`Removing what an interrupted run left: ${namesOf(left).join(", ")}`);
  const failed = await removeBelongings(docker, left);
  if (failed.length === 0) return step.done();
  step.fail();
  throw new UserError("not everything could be removed", failed.join("\n"));
}
