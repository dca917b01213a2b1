import type Docker from "dockerode";
import { consent } from "../consent.ts";
import type { Command, Context } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { chooseEngine } from "../engines/choose.ts";
import type { StackOutputs } from "../engines/engine.ts";
import { UserError } from "../errors.ts";
import { describeFate, type Fate, fateOf } from "../fate.ts";
import { duration } from "../format.ts";
import { isEmpty, listBelongings, namesOf, removeBelongings } from "../leftovers.ts";
import { collectReport } from "../report/collect.ts";
import { revive } from "../revive.ts";

/** Takes the stack down, and looks whether anything is left that should not be. */
export const destroy: Command = async (context) => {
  const { project, options, console, style } = context;
  const since = Date.now();
  const name = `${project.name} ${project.stack}`;
  const whole = options.target.length === 0;
  if (!whole && options.purge)
    throw new UserError("--purge is for a whole stack, --target for a part of one");
  const docker = await requireDocker(console);
  const engine = chooseEngine(context);
  const outputs = await engine.outputs(true);
  if (!whole && outputs === undefined) throw new UserError(`there is no stack ${project.stack}`);
  const isUp = Object.keys(outputs ?? {}).length > 0;
  // A stack of before this choice was there is not retained.
  const recorded = isUp ? String(outputs?.onDestroy ?? "purge") : undefined;
  const fate = fateOf(options.purge, project.config.onDestroy, recorded);

  if (!whole) console.line(`Removing from ${name}:\n  ${options.target.join("\n  ")}`);
  else for (const line of await announcement(context, docker, fate, outputs)) console.line(line);
  if (!(await consent(context, "Go ahead?"))) return 1;

  if (outputs !== undefined) {
    // Only a cluster that runs can take the job's last savepoint.
    if (whole && recorded === "retain") await revive(docker, project, console);
    await engine.destroy();
  }
  const kept = whole ? await sweep(context, docker, fate) : [];
  const took = style.dim(duration(Date.now() - since));
  const end = !whole
    ? "removed"
    : kept.length > 0
      ? `${name} is down; its data is kept in the volumes ${kept.join(", ")}`
      : `${name} is gone: no container, network or volume is left`;
  console.line(`${style.green(style.marks.ok)} ${end} ${took}`);
  return 0;
};

async function announcement(
  { project }: Context,
  docker: Docker,
  fate: Fate,
  outputs: StackOutputs = {},
): Promise<string[]> {
  const [belongings, report] = await Promise.all([
    listBelongings(docker, project),
    collectReport(project, docker, outputs, Promise.resolve(new Map())),
  ]);
  const [first, ...rest] = describeFate(fate, belongings, report);
  return [`Removing ${project.name} ${project.stack}: ${first}`, ...rest];
}

/**
 * What a killed run made and could not record, or an earlier destroy has kept, carries the stack's labels.
 *
 * @returns the volumes that stay
 */
async function sweep({ project, console }: Context, docker: Docker, fate: Fate): Promise<readonly string[]> {
  const found = await listBelongings(docker, project);
  const left = fate === "purge" ? found : { ...found, volumes: [] };
  if (!isEmpty(left)) {
    const step = console.step(`Removing what is left: ${namesOf(left).join(", ")}`);
    const failed = await removeBelongings(docker, left);
    if (failed.length > 0) {
      step.fail();
      throw new UserError("not everything could be removed", failed.join("\n"));
    }
    step.done();
  }
  const { volumes, ...rest } = await listBelongings(docker, project);
  const still = fate === "purge" ? { ...rest, volumes } : { ...rest, volumes: [] };
  if (!isEmpty(still))
    throw new UserError(`still there after all: ${namesOf(still).join(", ")}`, "Try again.");
  return volumes;
}
