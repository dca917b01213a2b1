import type Docker from "dockerode";
import { logText } from "../plugins/docker/formats/log-text.ts";
import { isOfService, labels, serviceOf } from "./services.ts";
import type { ListedContainer } from "./stack-list.ts";

/** One container of the stack, as Docker describes it. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** running, exited, restarting, ... */
  readonly state: string;
  /** none: the container has no health check. */
  readonly health: "healthy" | "unhealthy" | "starting" | "none";
  /** When it was started or ended last, in milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Ports on this machine. */
  readonly ports: readonly number[];
  /** Resident bytes, where they were measured. */
  readonly memory?: number | undefined;
  /** Cores, on average between two samples, where there are two. */
  readonly cpu?: number | undefined;
  readonly image: string;
}

export interface StackName {
  readonly name: string;
  readonly stack: string;
}

export function labelFilter({ name, stack }: StackName): { label: string[] } {
  return { label: [`${labels.project}=${name}`, `${labels.stack}=${stack}`] };
}

/** Whether it runs, and is healthy where it has a health check. */
export function isServing({ state, health }: Pick<ContainerFacts, "state" | "health">): boolean {
  return state === "running" && (health === "healthy" || health === "none");
}

/** The containers of all stacks of a project. */
export async function listProjectContainers(docker: Docker, project: string): Promise<ListedContainer[]> {
  const filters = { label: [`${labels.project}=${project}`] };
  const infos = await docker.listContainers({ all: true, filters });
  return infos.map(({ Labels, State, Status }) => ({ stack: Labels[labels.stack] ?? "", State, Status }));
}

export function listStackContainers(docker: Docker, stack: StackName): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: labelFilter(stack) });
}

/** The stack's containers with their health, by service name. */
export async function inspectContainers(docker: Docker, stack: StackName): Promise<ContainerFacts[]> {
  const infos = await listStackContainers(docker, stack);
  const facts = await Promise.all(infos.map((info) => inspectOne(docker, info, stack)));
  return facts.sort((a, b) => a.service.localeCompare(b.service, "en"));
}

async function inspectOne(
  docker: Docker,
  info: Docker.ContainerInfo,
  stack: StackName,
): Promise<ContainerFacts> {
  const details = await docker.getContainer(info.Id).inspect();
  const name = (info.Names[0] ?? info.Id).replace(/^\//, "");
  const published = info.Ports.flatMap((port) => (port.PublicPort === undefined ? [] : [port.PublicPort]));
  return {
    id: info.Id,
    name,
    service: serviceOf(name, stack.name, stack.stack),
    state: info.State,
    health: healthOf(details.State.Health?.Status),
    since: lastChange(details.State),
    ports: [...new Set(published)].sort((a, b) => a - b),
    image: details.Config.Image,
  };
}

/** Docker has a time in the year 1 where there is none. */
function lastChange({
  StartedAt,
  FinishedAt,
}: {
  StartedAt: string;
  FinishedAt: string;
}): number | undefined {
  const times = [StartedAt, FinishedAt].map(Date.parse).filter((time) => time > 0);
  return times.length === 0 ? undefined : Math.max(...times);
}

function healthOf(status: string | undefined): ContainerFacts["health"] {
  return status === "healthy" || status === "unhealthy" || status === "starting" ? status : "none";
}

/** Lines to read, before stack frames are dropped. */
const tail = 200;

/** The last lines of a service's log, oldest first, without stack frames; none if there is no such container. */
export async function lastLogLines(
  docker: Docker,
  stack: StackName,
  service: string,
  lines = 15,
): Promise<string[]> {
  const infos = await listStackContainers(docker, stack);
  const found = infos.find((info) =>
    info.Names.some((name) =>
      isOfService(serviceOf(name.replace(/^\//, ""), stack.name, stack.stack), service),
    ),
  );
  if (found === undefined) return [];
  const log = await docker.getContainer(found.Id).logs({ stdout: true, stderr: true, tail });
  const output = await logText(docker, log);
  return withoutStackFrames(output.trimEnd().split("\n")).slice(-lines);
}

/** What a command prints that runs in a container. */
export async function outputOf(docker: Docker, id: string, command: string[]): Promise<string> {
  const exec = await docker.getContainer(id).exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const parts: Buffer[] = [];
  for await (const part of await exec.start({})) parts.push(Buffer.from(part));
  return logText(docker, Buffer.concat(parts));
}

/** Java prints fifty frames with each message. */
export function withoutStackFrames(lines: readonly string[]): string[] {
  return lines.filter((line) => !/^\s*(at \S|\.\.\. \d+ more)/.test(line));
}
