import type Docker from "dockerode";
import { consent } from "../consent.ts";
import type { Command, Context } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { chooseEngine } from "../engines/choose.ts";
import { UserError } from "../errors.ts";
import { duration } from "../format.ts";
import { isEmpty, listBelongings, namesOf, removeBelongings } from "../leftovers.ts";

/** Takes the stack down with its data, and looks whether anything of it is left. */
export const destroy: Command = async (context) => {
  const { project, options, console, style } = context;
  const since = Date.now();
  const name = `${project.name} ${project.stack}`;
  const whole = options.target.length === 0;
  const announce = async () => {
    const what = whole ? await belongingsOf(context) : `\n  ${options.target.join("\n  ")}`;
    console.line(`Removing ${whole ? `${name}: ` : `from ${name}:`}${what}`);
    return true;
  };
  if (options.yes) await announce();
  else if (!(await consent(context, "Go ahead?", announce))) return 1;
  const docker = await requireDocker(console);
  const engine = chooseEngine(context);
  if ((await engine.outputs(false)) !== undefined) await engine.destroy();
  else if (!whole) throw new UserError(`there is no stack ${project.stack}`);
  if (whole) await sweep(context, docker);
  const gone = whole ? `${name} is gone: no container, network or volume is left` : "removed";
  console.line(`${style.green(style.marks.ok)} ${gone} ${style.dim(duration(Date.now() - since))}`);
  return 0;
};

async function belongingsOf({ project, console }: Context): Promise<string> {
  const docker = await requireDocker(console);
  const { containers, networks, volumes } = await listBelongings(docker, project);
  const many = (list: readonly string[], one: string) =>
    `${list.length} ${one}${list.length === 1 ? "" : "s"}`;
  return (
    `${many(containers, "container")}, ${many(networks, "network")}, ` +
    `${many(volumes, "volume")} with their data. Images are kept.`
  );
}

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
