import type Docker from "dockerode";
import { consent } from "../consent.ts";
import type { Command, Context } from "../context.ts";
import { describeDestroy, keptVolumes } from "../destroy-plan.ts";
import { requireDocker } from "../docker.ts";
import { describeObjects, filterObjects, listDockerObjects, removeObjects } from "../docker-objects.ts";
import { NoSuchStack, UsageError, UserError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { duration } from "../format.ts";
import { requireOwnData } from "../owner.ts";
import { openRecordedStack } from "../pulumi/open.ts";
import { isUp, recordedVolumes, type StackState } from "../pulumi/state.ts";
import { collectReport } from "../report/collect.ts";
import { restartContainers } from "../restart.ts";

/** Removes the stack, and checks that nothing remains that should not. */
export const destroy: Command = async (context) => {
  const { project, options, console, style } = context;
  const since = Date.now();
  const name = `${project.name} ${project.stack}`;
  const isPartial = options.target.length > 0;
  if (isPartial && options.purge) {
    throw new UsageError("--purge is for a whole stack, --target for parts of one");
  }
  const docker = await requireDocker(console);
  await requireOwnData(context, docker);
  const stack = await openRecordedStack(context);
  // Another run may still record something, so it has to end first.
  await stack?.waitForOthers();
  const state = await stack?.state(true);
  if (isPartial && state === undefined) throw new NoSuchStack(`there is no stack ${project.stack}`);
  const kept = isPartial ? [] : await announce(context, docker, state);
  if (isPartial) console.line(`Removing from ${name}:\n  ${options.target.join("\n  ")}`);
  if (!(await consent(context, "Go ahead?"))) return exitCodes.failed;

  if (stack !== undefined && state !== undefined) {
    // Only a running cluster can take the job's final savepoint.
    if (!isPartial && isUp(state) && kept.length > 0) await restartContainers(docker, project, console);
    await stack.destroy(options.purge);
  }
  if (!isPartial) await removeOrphans(context, docker, kept);
  await checkKept(context, docker, kept);
  const took = style.dim(duration(Date.now() - since));
  console.line(`${style.green(style.marks.ok)} ${outcome(name, isPartial, kept)} ${took}`);
  return exitCodes.ok;
};

function outcome(name: string, isPartial: boolean, kept: readonly string[]): string {
  if (isPartial) return "removed";
  return kept.length > 0
    ? `${name} is down; its data is kept in the volumes ${kept.join(", ")}`
    : `${name} is gone: no container, network or volume is left`;
}

/** Says what will be removed, lost and kept. @returns the names of the volumes that are kept */
async function announce(
  { project, options, console, hint }: Context,
  docker: Docker,
  state: StackState | undefined,
): Promise<readonly string[]> {
  const [objects, report] = await Promise.all([
    listDockerObjects(docker, project),
    collectReport(project, docker, state?.outputs ?? {}),
  ]);
  if (state === undefined && describeObjects(objects).length > 0 && !options.purge) {
    throw new UserError(
      `stack ${project.stack} is not in this state, but there is something of that name: ${describeObjects(objects).join(", ")}`,
      "It may belong to another checkout or backend. --purge removes it, including its data.",
    );
  }
  const facts = {
    purge: options.purge,
    configured: project.config.onDestroy,
    recorded: state === undefined ? new Map() : recordedVolumes(state),
    existing: objects.volumes.map(({ name }) => name),
  };
  const kept = keptVolumes(facts, hint);
  const [first, ...rest] = describeDestroy(objects, kept, report, hint);
  console.line(`Removing ${project.name} ${project.stack}: ${first}`);
  for (const line of rest) console.line(line);
  return kept;
}

/** Removes what a killed run created without recording it, or what an earlier destroy kept and this one does not. */
async function removeOrphans(
  { project, console }: Context,
  docker: Docker,
  kept: readonly string[],
): Promise<void> {
  const remaining = async () =>
    filterObjects(await listDockerObjects(docker, project), ({ name }) => !kept.includes(name));
  const orphans = await remaining();
  if (describeObjects(orphans).length === 0) return;
  const step = console.step(`Removing orphans: ${describeObjects(orphans).join(", ")}`);
  const failed = await removeObjects(docker, orphans);
  if (failed.length > 0) {
    step.fail();
    throw new UserError("not everything could be removed", failed.join("\n"));
  }
  step.done();
  const still = describeObjects(await remaining());
  if (still.length > 0) throw new UserError(`still there: ${still.join(", ")}`, "Try again.");
}

async function checkKept({ project }: Context, docker: Docker, kept: readonly string[]): Promise<void> {
  const existing = (await listDockerObjects(docker, project)).volumes.map(({ name }) => name);
  const lost = kept.filter((volume) => !existing.includes(volume));
  if (lost.length > 0) throw new UserError(`removed although it was to be kept: ${lost.join(", ")}`);
}
