import type Docker from "dockerode";
import type { StackName } from "../containers.ts";
import { dockerHost, findDocker } from "../docker.ts";
import {
  type DockerObjects,
  filterObjects,
  isNotFound,
  listDockerObjects,
  removeObjects,
} from "../docker-objects.ts";
import { UserError } from "../errors.ts";
import type { Hint } from "../hints.ts";
import type { Console } from "../progress.ts";
import {
  isServiceMissing,
  ownObjects,
  withoutLost,
  withoutPendingOperations,
  withoutSupersededRecords,
} from "./recorded.ts";
import { type Deployment, isVolume, type StateResource } from "./state.ts";
import type { StateStore } from "./state-store.ts";

/** The recorded state, compared with Docker. */
export interface Findings {
  /** The Postgres container is gone: roles can only be read once it is back. */
  readonly isServiceMissing: boolean;
  readonly deployment: Deployment;
}

/**
 * Reconciles the recorded state with Docker where the next run could not continue otherwise: operations that a killed
 * run left unfinished, objects that it did not record, and containers and volumes that are gone.
 *
 * @param wasKilled whether the last run was killed, according to its lock
 * @param mayLoseAll accepts that nothing of the stack is left
 * @throws UserError where nothing recorded exists: this may be another Docker engine
 */
export async function settle(
  store: StateStore,
  stack: StackName,
  { wasKilled, mayLoseAll }: { wasKilled: boolean; mayLoseAll: boolean },
  { console, hint }: { console: Console; hint: Hint },
): Promise<Findings> {
  const deployment = (await store.read()) ?? {};
  const docker = await findDocker();
  if (docker === undefined) return { isServiceMissing: false, deployment };
  const hasPending = (deployment.pending_operations ?? []).length > 0;
  const objects = await listDockerObjects(docker, stack);
  const isUnfinished = wasKilled || hasPending;
  const removed = isUnfinished ? await removeUnrecorded(docker, objects, deployment) : [];
  const lost = await lostObjects(docker, deployment);
  // A destroy that was killed may have removed everything without recording it.
  const isAllLost = lost.some(isVolume) && lost.length === ownObjects(deployment).length;
  if (isAllLost && !isUnfinished && !mayLoseAll) {
    throw new UserError(
      `not one of the stack's ${lost.length} containers and volumes is on the Docker engine at ${dockerHost()}`,
      "Choose the engine that has them (DOCKER_HOST, `docker context use`).\n" +
        `If they are gone for good, \`${hint("destroy", "--purge")}\` removes them from the state, and \`${hint("up")}\` starts again.`,
    );
  }
  for (const { id } of lost.filter(isVolume))
    console.line(`Volume ${id} is gone, with all that was in it. It is created again, empty.`);
  const edit = (before: Deployment) => {
    const finished = hasPending ? withoutPendingOperations(before) : before;
    return withoutLost(withoutSupersededRecords(finished), lost);
  };
  const settled = edit(deployment);
  await store.edit(edit);
  const containers = objects.containers.filter(({ id }) => !removed.includes(id));
  return { isServiceMissing: isServiceMissing(settled, containers), deployment: settled };
}

/** What `settle` would find, without changing anything. */
export async function findings(store: StateStore, stack: StackName): Promise<Findings> {
  const deployment = (await store.read()) ?? {};
  const docker = await findDocker();
  if (docker === undefined) return { isServiceMissing: false, deployment };
  const { containers } = await listDockerObjects(docker, stack);
  return { isServiceMissing: isServiceMissing(deployment, containers), deployment };
}

/** Only a definite "not found" for its id means that an object is gone. */
async function lostObjects(docker: Docker, deployment: Deployment): Promise<StateResource[]> {
  const own = ownObjects(deployment);
  const isLost = await Promise.all(
    own.map(async (object) => {
      const id = object.id ?? "";
      try {
        await (isVolume(object) ? docker.getVolume(id) : docker.getContainer(id)).inspect();
        return false;
      } catch (error) {
        if (isNotFound(error)) return true;
        throw error;
      }
    }),
  );
  return own.filter((_, at) => isLost[at]);
}

/**
 * Removes containers and networks that carry the stack's labels without being recorded: a killed run was creating them.
 * They may be incomplete, so they are created again. Volumes hold data; they are adopted.
 *
 * @returns the ids of the containers
 */
async function removeUnrecorded(
  docker: Docker,
  objects: DockerObjects,
  { resources = [] }: Deployment,
): Promise<string[]> {
  const recorded = new Set(resources.map(({ id }) => id));
  const unrecorded = filterObjects({ ...objects, volumes: [] }, ({ id }) => !recorded.has(id));
  const failed = await removeObjects(docker, unrecorded);
  if (failed.length > 0) throw new UserError("orphans of a killed run cannot be removed", failed.join("\n"));
  return unrecorded.containers.map(({ id }) => id);
}
