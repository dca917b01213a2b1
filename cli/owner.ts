import { realpathSync } from "node:fs";
import type Docker from "dockerode";
import type { Context } from "./context.ts";
import { type DockerObjects, describeObjects, listDockerObjects, removeObjects } from "./docker-objects.ts";
import { UserError } from "./errors.ts";
import { checkoutOf, foldersOf, foreignObjects, foreignStack, isInUse } from "./ownership.ts";
import { recordedState } from "./pulumi/open.ts";

/**
 * For everything but a `destroy`: data that another checkout has kept is adopted, anything else of another checkout
 * needs --take-over.
 *
 * @returns the folder of a checkout whose data is adopted
 * @throws UserError that names the other checkout
 */
export async function requireOwnStack(context: Context, docker: Docker): Promise<string | undefined> {
  const { options, project, hint } = context;
  const foreign = await findForeign(context, docker);
  if (isInUse(foreign) && !options.takeOver) throw foreignStack(foreign, project.stack, hint);
  return foreign.volumes.length > 0 ? foldersOf(foreign) : undefined;
}

/** For a `destroy`, which would delete kept data, too. @throws UserError that names the other checkout */
export async function requireOwnData(context: Context, docker: Docker): Promise<void> {
  const { options, project, hint } = context;
  if (options.takeOver) return;
  const foreign = await findForeign(context, docker);
  if (describeObjects(foreign).length > 0) throw foreignStack(foreign, project.stack, hint);
}

/** Removes the containers and networks of another checkout, so that this one can create its own on the same data. */
export async function replaceForeign(context: Context, docker: Docker): Promise<void> {
  if (!context.options.takeOver) return;
  const foreign = { ...(await findForeign(context, docker)), volumes: [] };
  if (!isInUse(foreign)) return;
  const step = context.console.step(`Removing ${describeObjects(foreign).join(", ")}`);
  const failed = await removeObjects(docker, foreign);
  if (failed.length > 0) {
    step.fail();
    throw new UserError("not everything could be taken over", failed.join("\n"));
  }
  step.done();
}

async function findForeign(context: Context, docker: Docker): Promise<DockerObjects> {
  const folder = realpathSync(context.project.dir);
  const objects = await listDockerObjects(docker, context.project);
  const suspects = foreignObjects(objects, checkoutOf(undefined, folder));
  // The state is read only if it decides.
  if (describeObjects(suspects).length === 0) return suspects;
  return foreignObjects(objects, checkoutOf(await recordedState(context, false), folder));
}
