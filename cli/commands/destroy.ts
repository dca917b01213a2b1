import type Docker from "dockerode";
import { consent } from "../consent.ts";
import type { Command, Context } from "../context.ts";
import { describeDestroy, keptVolumes } from "../destroy-plan.ts";
import { requireDocker } from "../docker.ts";
import { describeObjects, filterObjects, listDockerObjects, removeObjects } from "../docker-objects.ts";
import { UserError } from "../errors.ts";
import { duration } from "../format.ts";
import { openRecordedStack } from "../pulumi/open.ts";
import { isUp, recordedVolumes, type StackState } from "../pulumi/state.ts";
import { collectReport } from "../report/collect.ts";
import { revive } from "../revive.ts";

/** Takes the stack down, and checks that nothing is left that should not be. */
export const destroy: Command = async (context) => {
  const { project, options, console, style } = context;
  const since = Date.now();
  const name = `${project.name} ${project.stack}`;
  const whole = options.target.length === 0;
  if (!whole && options.purge)
    throw new UserError("--purge is for a whole stack, --target for a part of one");
  const docker = await requireDocker(console);
  const stack = await openRecordedStack(context);
  // What another run records counts, so it has to end first.
  await stack?.takeOver();
  const state = await stack?.state(true);
  if (!whole && state === undefined) throw new UserError(`there is no stack ${project.stack}`);
  const kept = whole ? await announce(context, docker, state) : [];
  if (!whole) console.line(`Removing from ${name}:\n  ${options.target.join("\n  ")}`);
  if (!(await consent(context, "Go ahead?"))) return 1;

  if (stack !== undefined && state !== undefined) {
    // Only a cluster that runs can take the job's last savepoint.
    if (whole && isUp(state) && kept.length > 0) await revive(docker, project, console);
    await stack.destroy(options.purge);
  }
  if (whole) await sweep(context, docker, kept);
  const existing = (await listDockerObjects(docker, project)).volumes.map(({ name }) => name);
  const lost = kept.filter((volume) => !existing.includes(volume));
  if (lost.length > 0) throw new UserError(`removed although it was to be kept: ${lost.join(", ")}`);
  const took = style.dim(duration(Date.now() - since));
  const end = !whole
    ? "removed"
    : kept.length > 0
      ? `${name} is down; its data is kept in the volumes ${kept.join(", ")}`
      : `${name} is gone: no container, network or volume is left`;
  console.line(`${style.green(style.marks.ok)} ${end} ${took}`);
  return 0;
};

/** Says what will be removed, lost and kept. @returns the names of the volumes that are kept */
async function announce(
  { project, options, console }: Context,
  docker: Docker,
  state: StackState | undefined,
): Promise<readonly string[]> {
  const [objects, report] = await Promise.all([
    listDockerObjects(docker, project),
    collectReport(project, docker, state?.outputs ?? {}, Promise.resolve(new Map())),
  ]);
  if (state === undefined && describeObjects(objects).length > 0 && !options.purge) {
    throw new UserError(
      `stack ${project.stack} is not in this state, but there is something of that name: ${describeObjects(objects).join(", ")}`,
      "It may belong to another checkout or backend. --purge removes it, data included.",
    );
  }
  const kept = keptVolumes({
    purge: options.purge,
    configured: project.config.onDestroy,
    recorded: state === undefined ? new Map() : recordedVolumes(state),
    existing: objects.volumes.map(({ name }) => name),
  });
  const [first, ...rest] = describeDestroy(objects, kept, report);
  console.line(`Removing ${project.name} ${project.stack}: ${first}`);
  for (const line of rest) console.line(line);
  return kept;
}

/** Removes what a killed run created and could not record, or an earlier destroy kept and this one does not. */
async function sweep({ project, console }: Context, docker: Docker, kept: readonly string[]): Promise<void> {
  const remaining = async () =>
    filterObjects(await listDockerObjects(docker, project), ({ name }) => !kept.includes(name));
  const orphans = await remaining();
  if (describeObjects(orphans).length === 0) return;
  const step = console.step(`Removing what is left: ${describeObjects(orphans).join(", ")}`);
  const failed = await removeObjects(docker, orphans);
  if (failed.length > 0) {
    step.fail();
    throw new UserError("not everything could be removed", failed.join("\n"));
  }
  step.done();
  const still = describeObjects(await remaining());
  if (still.length > 0) throw new UserError(`still there: ${still.join(", ")}`, "Try again.");
}
