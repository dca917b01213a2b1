import { readFile, statfs } from "node:fs/promises";
import { freemem } from "node:os";
import type Docker from "dockerode";
import { listStackContainers, type StackName } from "../containers.ts";
import type { Project } from "../project.ts";
import { serviceOf, services } from "../services.ts";
import type { Facts, PortOwner } from "./evaluate.ts";
import { portInUse, processOnPort } from "./port-owner.ts";

export interface FactSources {
  /** Undefined when no engine runs: then no container uses a port either. */
  readonly docker: Docker | undefined;
  /** Docker runs on this machine, not in a virtual or remote one. */
  readonly dockerIsLocal: boolean;
  readonly imagesMissing: boolean;
}

/** Reads the facts about this machine and its Docker engine; changes nothing. */
export async function collectFacts(project: Project, sources: FactSources): Promise<Facts> {
  const { docker, dockerIsLocal } = sources;
  const all = docker === undefined ? [] : await docker.listContainers();
  const own = docker === undefined ? [] : await listStackContainers(docker, project);
  const ownIds = new Set(own.map(({ Id }) => Id));
  const foreign = all.filter(({ Id }) => !ownIds.has(Id));
  const running = own.filter(({ State }) => State === "running");
  const [ports, memory, disk] = await Promise.all([
    portFacts(project, foreign, running, dockerIsLocal),
    memoryFacts(docker, dockerIsLocal),
    diskFacts(docker, dockerIsLocal),
  ]);
  return {
    ports,
    memory,
    disk,
    running: running.map((info) => serviceNameOf(info, project)),
    imagesMissing: sources.imagesMissing,
    platform: process.platform,
  };
}

function serviceNameOf(info: Docker.ContainerInfo, stack: StackName): string {
  return serviceOf((info.Names[0] ?? "").replace(/^\//, ""), stack.name, stack.stack);
}

const publishes = (info: Docker.ContainerInfo, port: number) =>
  info.Ports.some(({ PublicPort }) => PublicPort === port);

function portFacts(
  project: Project,
  foreign: readonly Docker.ContainerInfo[],
  own: readonly Docker.ContainerInfo[],
  dockerIsLocal: boolean,
): Promise<Facts["ports"]> {
  const wanted = services.flatMap(({ portKey }) => {
    const port = Number(project.config[portKey ?? ""]);
    // The program reports a value that is not a port.
    return portKey !== undefined && Number.isInteger(port) && port > 0 && port < 65_536
      ? [{ key: portKey, port }]
      : [];
  });
  const heldBy = async (port: number): Promise<PortOwner | undefined> => {
    const container = foreign.find((info) => publishes(info, port));
    if (container !== undefined) {
      return { kind: "container", name: (container.Names[0] ?? container.Id).replace(/^\//, "") };
    }
    if (own.some((info) => publishes(info, port)) || !dockerIsLocal) return undefined;
    return (await portInUse(port)) ? processOnPort(port) : undefined;
  };
  return Promise.all(wanted.map(async ({ key, port }) => ({ key, port, heldBy: await heldBy(port) })));
}

async function memoryFacts(docker: Docker | undefined, dockerIsLocal: boolean): Promise<Facts["memory"]> {
  if (process.platform === "linux" && dockerIsLocal) {
    return { available: await linuxAvailable(), where: "on this machine" };
  }
  if (docker === undefined) return undefined;
  // The free memory of Docker's virtual machine cannot be seen from here; its size can.
  const info: { MemTotal?: number } = await docker.info();
  return info.MemTotal === undefined ? undefined : { available: info.MemTotal, where: "for Docker" };
}

async function linuxAvailable(): Promise<number> {
  // freemem() leaves out reclaimable memory on some Node versions.
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

async function diskFacts(docker: Docker | undefined, dockerIsLocal: boolean): Promise<Facts["disk"]> {
  if (!dockerIsLocal || process.platform !== "linux") return undefined;
  const info: { DockerRootDir?: string } = docker === undefined ? {} : await docker.info();
  for (const folder of [info.DockerRootDir ?? "/var/lib/docker", "/var/lib", "/"]) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return { available: bavail * bsize, folder };
    } catch {
      // Not created yet, or not readable: usually, its parent is on the same disk.
    }
  }
  return undefined;
}
