import type Docker from "dockerode";
import type { StackName } from "../containers.ts";
import { findDocker } from "../docker.ts";
import { type DockerObjects, filterObjects, listDockerObjects, removeObjects } from "../docker-objects.ts";
import { UserError } from "../errors.ts";
import {
  isServiceMissing,
  withoutLost,
  withoutPendingOperations,
  withoutSupersededRecords,
} from "./recorded.ts";
import type { Deployment } from "./state.ts";
import type { StateStore } from "./state-store.ts";

/**
 * Brings the recorded state and Docker in line where the next run could not continue otherwise: operations that a
 * killed run left unfinished, what it created without recording it, and containers and volumes that are gone.
 *
 * @param wasKilled whether the last run was
 * @returns whether a service is missing: what is in its volume cannot be read before it is there again
 */
export async function settle(
  store: StateStore,
  stack: StackName,
  { wasKilled }: { wasKilled: boolean },
): Promise<{ isServiceMissing: boolean }> {
  const deployment = await store.read();
  const docker = await findDocker();
  if (deployment === undefined || docker === undefined) return { isServiceMissing: false };
  const objects = await listDockerObjects(docker, stack);
  const edit = (before: Deployment) =>
    withoutLost(wasKilled ? withoutPendingOperations(before) : before, objects);
  if (edit(deployment) !== deployment) await store.edit(edit);
  if (wasKilled) await removeUnrecorded(docker, objects, deployment);
  return { isServiceMissing: isServiceMissing(edit(deployment), objects) };
}

/** Drops what earlier versions of the program recorded, so that it does not show as a change. */
export async function dropSupersededRecords(store: StateStore): Promise<void> {
  const deployment = await store.read();
  if (deployment === undefined || withoutSupersededRecords(deployment) === deployment) return;
  await store.edit(withoutSupersededRecords);
}

/**
 * A container or network that carries the stack's labels without being recorded was created by a run that was killed
 * right then. How far it got cannot be told, so it is created again. Volumes stay: they hold data, and are adopted.
 */
async function removeUnrecorded(
  docker: Docker,
  objects: DockerObjects,
  { resources = [] }: Deployment,
): Promise<void> {
  const recorded = new Set(resources.map(({ id }) => id));
  const unrecorded = filterObjects({ ...objects, volumes: [] }, ({ id }) => !recorded.has(id));
  const failed = await removeObjects(docker, unrecorded);
  if (failed.length > 0)
    throw new UserError("what a killed run has left cannot be removed", failed.join("\n"));
}
