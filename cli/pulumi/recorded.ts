/** Edits of a stack's recorded state, from one deployment to another. Pure. */
import type { Deployment, StateResource } from "./state.ts";

const CONTAINER_TYPE = "docker:index/container:Container";
const VOLUME_TYPE = "docker:index/volume:Volume";

/**
 * Without the operations whose outcome is unknown as their run was killed: every resource's plugin finds its own
 * unfinished work by name, and reading the live system tells the rest.
 */
export function withoutPendingOperations({ pending_operations, ...deployment }: Deployment): Deployment {
  return deployment;
}

/** Images built by the program were read once more, as if they were pulled, until containers took their id directly. */
const isSuperseded = ({ type, urn }: StateResource) =>
  type === "docker:index/remoteImage:RemoteImage" && /::(flink|producer)-image$/.test(urn);

/** Without records that earlier versions of the program left and that stand for nothing in the live system. */
export function withoutSupersededRecords(deployment: Deployment): Deployment {
  return without(deployment, isSuperseded);
}

export interface LiveObjects {
  /** The stack's containers, running or not. */
  readonly containers: readonly { readonly id: string; readonly volumes: readonly string[] }[];
  readonly volumes: readonly { readonly id: string }[];
}

/**
 * Whether a recorded volume is there and no container uses it: the service is missing by which what is in the volume
 * (tables, roles, topics) could be read.
 */
export function isServiceMissing({ resources = [] }: Deployment, live: LiveObjects): boolean {
  const used = new Set(live.containers.flatMap(({ volumes }) => volumes));
  return resources.some(({ type, id = "" }) => type === VOLUME_TYPE && !used.has(id));
}

/** Without the containers and volumes that are not there any more, and what was in such a volume. */
export function withoutLost(deployment: Deployment, live: LiveObjects): Deployment {
  const containers = new Set(live.containers.map(({ id }) => id));
  const volumes = new Set(live.volumes.map(({ id }) => id));
  const isLostContainer = ({ type, id = "" }: StateResource) =>
    type === CONTAINER_TYPE && !containers.has(id);
  const isLostVolume = ({ type, id = "" }: StateResource) => type === VOLUME_TYPE && !volumes.has(id);
  const lostVolumes = new Set((deployment.resources ?? []).filter(isLostVolume).map(({ urn }) => urn));
  return without(
    deployment,
    (resource) =>
      isLostContainer(resource) ||
      isLostVolume(resource) ||
      (resource.deletedWith !== undefined && lostVolumes.has(resource.deletedWith)),
  );
}

/** The deployment itself where nothing is to be dropped. */
function without(deployment: Deployment, isDropped: (resource: StateResource) => boolean): Deployment {
  const { resources = [] } = deployment;
  const dropped = new Set(resources.filter(isDropped).map(({ urn }) => urn));
  if (dropped.size === 0) return deployment;
  const kept = resources.filter(({ urn }) => !dropped.has(urn));
  return { ...deployment, resources: kept.map((resource) => withoutReferences(resource, dropped)) };
}

/** A record must not refer to one that is gone. */
function withoutReferences(resource: StateResource, gone: ReadonlySet<string>): StateResource {
  const remaining = (urns: readonly string[] | null) => (urns ?? []).filter((urn) => !gone.has(urn));
  const { dependencies, propertyDependencies, deletedWith, ...rest } = resource;
  return {
    ...rest,
    ...(dependencies && { dependencies: remaining(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, urns]) => [property, remaining(urns)]),
      ),
    }),
    ...(deletedWith !== undefined && !gone.has(deletedWith) && { deletedWith }),
  };
}
