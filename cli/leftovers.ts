import type Docker from "dockerode";
import { labelFilter, type StackName } from "./containers.ts";
import { messageOf } from "./errors.ts";

/** What carries the stack's labels in Docker, by name. Images are kept: they are what makes the next start quick. */
export interface Belongings {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

export async function listBelongings(docker: Docker, stack: StackName): Promise<Belongings> {
  const filters = labelFilter(stack);
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return {
    containers: containers.map(({ Names, Id }) => (Names[0] ?? Id).replace(/^\//, "")),
    networks: networks.map(({ Name }) => Name),
    volumes: (volumes.Volumes ?? []).map(({ Name }) => Name),
  };
}

export function isEmpty(belongings: Belongings): boolean {
  return namesOf(belongings).length === 0;
}

export function namesOf({ containers, networks, volumes }: Belongings): string[] {
  return [
    ...containers.map((name) => `container ${name}`),
    ...networks.map((name) => `network ${name}`),
    ...volumes.map((name) => `volume ${name}`),
  ];
}

/** Removes them; containers first, as they hold the others. Gives what could not be removed, with the reason. */
export async function removeBelongings(docker: Docker, belongings: Belongings): Promise<string[]> {
  const failed: string[] = [];
  const remove = async (what: string, work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      if (!isNotFound(error)) failed.push(`${what}: ${messageOf(error)}`);
    }
  };
  const all = (names: readonly string[], kind: string, work: (name: string) => Promise<unknown>) =>
    Promise.all(names.map((name) => remove(`${kind} ${name}`, work(name))));
  await all(belongings.containers, "container", (name) =>
    docker.getContainer(name).remove({ force: true, v: true }),
  );
  await all(belongings.networks, "network", (name) => docker.getNetwork(name).remove());
  await all(belongings.volumes, "volume", (name) => docker.getVolume(name).remove());
  return failed;
}

/** Somebody else was quicker. */
function isNotFound(error: unknown): boolean {
  return typeof error === "object" && error !== null && "statusCode" in error && error.statusCode === 404;
}
