/** Which checkout the Docker objects of a stack belong to. Pure. */
import { type DockerObjects, describeObjects, filterObjects } from "./docker-objects.ts";
import { UserError } from "./errors.ts";
import type { Hint } from "./hints.ts";
import { recordedVolumes, type StackState } from "./pulumi/state.ts";
import { labels } from "./services.ts";

/** How a checkout recognizes its own objects. */
export interface Checkout {
  /** The id in its state; undefined without a state. */
  readonly id: string | undefined;
  /** Where it is, and where it was when the id was created. */
  readonly folders: readonly string[];
  /** Names of the volumes in its state. */
  readonly volumes: ReadonlySet<string>;
}

export function checkoutOf(state: StackState | undefined, folder: string): Checkout {
  const owner = state?.resources.find(({ urn }) => urn.endsWith(":RandomUuid::owner"));
  const { result, keepers } = (owner?.outputs ?? {}) as { result?: string; keepers?: { folder?: string } };
  return {
    id: result,
    folders: [folder, ...(keepers?.folder === undefined ? [] : [keepers.folder])],
    volumes: new Set(state && recordedVolumes(state).keys()),
  };
}

/**
 * The objects of another checkout. An object without an owner is of an earlier version; one with another id, but from
 * this folder, is of a state that has been lost.
 */
export function foreignObjects(objects: DockerObjects, checkout: Checkout): DockerObjects {
  const foreign = filterObjects(objects, ({ labels: found }) => {
    const id = found[labels.owner];
    return id !== undefined && id !== checkout.id && !checkout.folders.includes(found[labels.folder] ?? "");
  });
  if (isInUse(foreign)) return foreign;
  // Adopted volumes keep their labels.
  return { ...foreign, volumes: foreign.volumes.filter(({ name }) => !checkout.volumes.has(name)) };
}

/** Whether there is more than data that a destroy has kept. */
export function isInUse({ containers, networks }: DockerObjects): boolean {
  return containers.length + networks.length > 0;
}

/** The folders of the checkouts that created the objects. */
export function foldersOf({ containers, networks, volumes }: DockerObjects): string {
  const folders = [...containers, ...networks, ...volumes].map((object) => object.labels[labels.folder]);
  return [...new Set(folders)].join(" and ");
}

export function foreignStack(foreign: DockerObjects, stack: string, hint: Hint): UserError {
  return new UserError(
    `stack ${stack} on this Docker engine belongs to the checkout in ${foldersOf(foreign)}; nothing was changed`,
    `It has ${describeObjects(foreign).join(", ")}.\n` +
      "Work in that checkout, or choose another name with --stack. " +
      `\`${hint("up", "--take-over")}\` takes over its data with new containers; ` +
      `\`${hint("destroy", "--take-over", "--purge")}\` deletes all of it.`,
  );
}
