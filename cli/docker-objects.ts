import type Docker from "dockerode";
import { labelFilter, type StackName } from "./containers.ts";
import { messageOf } from "./errors.ts";

/** A Docker object with the stack's labels. */
export interface DockerObject {
  readonly name: string;
  /** The id of a volume is its name. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface DockerContainer extends DockerObject {
  /** Names of the volumes it uses. */
  readonly volumes: readonly string[];
}

/** The objects in Docker with the stack's labels. Images are not among them: they are kept for the next start. */
export interface DockerObjects {
  readonly containers: readonly DockerContainer[];
  readonly networks: readonly DockerObject[];
  readonly volumes: readonly DockerObject[];
}

export async function listDockerObjects(docker: Docker, stack: StackName): Promise<DockerObjects> {
  const filters = labelFilter(stack);
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    listVolumes(docker, stack),
  ]);
  return {
    containers: containers.map(({ Names, Id, Mounts, Labels }) => ({
      name: (Names[0] ?? Id).replace(/^\//, ""),
      id: Id,
      labels: Labels,
      volumes: Mounts.flatMap(({ Type, Name }) => (Type === "volume" && Name ? [Name] : [])),
    })),
    networks: networks.map(({ Name, Id, Labels }) => ({ name: Name, id: Id, labels: Labels ?? {} })),
    volumes,
  };
}

export async function listVolumes(docker: Docker, stack: StackName): Promise<DockerObject[]> {
  const { Volumes } = await docker.listVolumes({ filters: labelFilter(stack) });
  return (Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, id: Name, labels: Labels })).sort(byName);
}

/** The names of all volumes and networks that the engine has, of any stack. */
export async function listNames(docker: Docker): Promise<{ volumes: string[]; networks: string[] }> {
  const [{ Volumes }, networks] = await Promise.all([docker.listVolumes(), docker.listNetworks()]);
  return { volumes: (Volumes ?? []).map(({ Name }) => Name), networks: networks.map(({ Name }) => Name) };
}

const byName = (a: DockerObject, b: DockerObject) => a.name.localeCompare(b.name, "en");

/** The objects that pass the test. */
export function filterObjects(
  { containers, networks, volumes }: DockerObjects,
  test: (object: DockerObject) => boolean,
): DockerObjects {
  return {
    containers: containers.filter(test),
    networks: networks.filter(test),
    volumes: volumes.filter(test),
  };
}

/** `container a`, `volume b`. */
export function describeObjects({ containers, networks, volumes }: DockerObjects): string[] {
  return [
    ...containers.map(({ name }) => `container ${name}`),
    ...networks.map(({ name }) => `network ${name}`),
    ...volumes.map(({ name }) => `volume ${name}`),
  ];
}

/** Removes them, containers first, as they use the others. @returns what could not be removed, with the reason */
export async function removeObjects(docker: Docker, objects: DockerObjects): Promise<string[]> {
  const failed: string[] = [];
  const remove = async (what: string, work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      if (!isNotFound(error)) failed.push(`${what}: ${messageOf(error)}`);
    }
  };
  const all = (items: readonly DockerObject[], kind: string, work: (id: string) => Promise<unknown>) =>
    Promise.all(items.map(({ id, name }) => remove(`${kind} ${name}`, work(id))));
  await all(objects.containers, "container", (id) =>
    docker.getContainer(id).remove({ force: true, v: true }),
  );
  await all(objects.networks, "network", (id) => docker.getNetwork(id).remove());
  await all(objects.volumes, "volume", (id) => docker.getVolume(id).remove());
  return failed;
}

/** Docker says that the object does not exist. */
export function isNotFound(error: unknown): boolean {
  return typeof error === "object" && error !== null && "statusCode" in error && error.statusCode === 404;
}
