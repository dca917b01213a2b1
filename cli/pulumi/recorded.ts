/** Edits of a stack's recorded state, from one deployment to another. Pure. */
import { labels, postgresVolume } from "../services.ts";
import { type Deployment, isVolume, type StateResource } from "./state.ts";

const CONTAINER_TYPE = "docker:index/container:Container";

/** Drops the operations that a killed run did not finish: each plugin finds its unfinished work by name. */
export function withoutPendingOperations({ pending_operations, ...deployment }: Deployment): Deployment {
  return deployment;
}

/** Drops records of earlier versions of the program that have no counterpart in the live system. */
export function withoutSupersededRecords(deployment: Deployment): Deployment {
  return without(deployment, isSuperseded);
}

/** Earlier versions read each built image again, as if it had been pulled. */
const isSuperseded = ({ type, urn }: StateResource) =>
  type === "docker:index/remoteImage:RemoteImage" && /::(flink|producer)-image$/.test(urn);

/** The recorded containers and volumes with the stack's labels, which everything in the program has. */
export function ownObjects({ resources = [] }: Deployment): StateResource[] {
  const isOwn = (resource: StateResource) =>
    (resource.type === CONTAINER_TYPE || isVolume(resource)) &&
    resource.inputs?.labels?.some(({ label }) => label === labels.stack) === true;
  return resources.filter(isOwn);
}

/**
 * Whether roles are recorded, but no container uses their server's volume. Their plugin fails if the server does not
 * answer, unlike those of topic, tables and job.
 */
export function isServiceMissing(
  deployment: Deployment,
  containers: readonly { readonly volumes: readonly string[] }[],
): boolean {
  const used = new Set(containers.flatMap(({ volumes }) => volumes));
  const isUnserved = (object: StateResource) => isPostgresData(object) && !used.has(object.id ?? "");
  return (deployment.resources ?? []).some(isInPostgres) && ownObjects(deployment).some(isUnserved);
}

/** Drops containers and volumes that are gone, and the resources that were in such a volume. */
export function withoutLost(deployment: Deployment, lost: readonly StateResource[]): Deployment {
  const isLost = ({ type, id }: StateResource) => lost.some((gone) => gone.type === type && gone.id === id);
  const volumes = new Set(lost.filter(isVolume).map(({ urn }) => urn));
  const isPostgresLost = lost.some(isPostgresData);
  return without(
    deployment,
    (resource) =>
      isLost(resource) ||
      volumes.has(resource.deletedWith ?? "") ||
      (isPostgresLost && isInPostgres(resource)),
  );
}

/** Drops roles and privileges, which are deleted with the data of their server. */
export function withoutRoles(deployment: Deployment): Deployment {
  return without(deployment, isInPostgres);
}

/** Whether a destroy has to delete roles in their server, because the server's data is kept. */
export function hasRetainedRoles({ resources = [] }: Deployment): boolean {
  return resources.some((resource) => isInPostgres(resource) && resource.deletedWith === undefined);
}

const isPostgresData = (object: StateResource) =>
  isVolume(object) && object.urn.endsWith(`::${postgresVolume}`);

const isInPostgres = ({ type }: StateResource) => type.startsWith("postgresql:");

/** Returns the same object if nothing is dropped. */
function without(deployment: Deployment, isDropped: (resource: StateResource) => boolean): Deployment {
  const { resources = [] } = deployment;
  // Pulumi refuses a state with a missing parent or provider.
  const isNeeded = ({ urn }: StateResource) =>
    resources.some(
      (other) => !isDropped(other) && (other.parent === urn || other.provider?.startsWith(`${urn}::`)),
    );
  const kept = resources.filter((resource) => !isDropped(resource) || isNeeded(resource));
  if (kept.length === resources.length) return deployment;
  const remaining = new Set(kept.map(({ urn }) => urn));
  return { ...deployment, resources: kept.map((resource) => withoutReferences(resource, remaining)) };
}

/** Pulumi refuses references to missing resources. */
function withoutReferences(resource: StateResource, remaining: ReadonlySet<string>): StateResource {
  const only = (urns: readonly string[] | null) => (urns ?? []).filter((urn) => remaining.has(urn));
  const { dependencies, propertyDependencies, deletedWith, ...rest } = resource;
  return {
    ...rest,
    ...(dependencies && { dependencies: only(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, urns]) => [property, only(urns)]),
      ),
    }),
    ...(deletedWith !== undefined && remaining.has(deletedWith) && { deletedWith }),
  };
}
