import { bytes } from "../format.ts";
import type { Hint } from "../hints.ts";
import type { Project } from "../project.ts";
import { isConfigured, isOfService, services } from "../services.ts";

/** Who uses a port, as far as it is known. */
export type PortOwner =
  | { kind: "container"; name: string }
  | { kind: "process"; pid: number; command: string }
  | { kind: "unknown" };

export interface Facts {
  readonly ports: readonly { key: string; port: number; heldBy: PortOwner | undefined }[];
  /** Available bytes, and where they were read. */
  readonly memory: { available: number; where: string } | undefined;
  readonly disk: { available: number; folder: string } | undefined;
  /** Services of this stack that are running already. */
  readonly running: readonly string[];
  /** Images have to be pulled or built. */
  readonly imagesMissing: boolean;
  readonly platform: string;
}

export interface Problem {
  readonly what: string;
  readonly todo: string;
}

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
/** Images, build layers and the connectors; measured. */
const diskForImages = 8 * GiB;
const diskForData = 2 * GiB;

/**
 * Every reason why this stack cannot come up on this machine. Pure.
 *
 * @param hintForOther commands for another stack, which may be in the way
 */
export function evaluate(
  facts: Facts,
  project: Pick<Project, "name" | "configFile" | "config">,
  hintForOther: Hint,
): Problem[] {
  return [
    ...portProblems(facts, project),
    ...memoryProblems(facts, project, hintForOther),
    ...diskProblems(facts),
  ];
}

function portProblems(facts: Facts, project: Pick<Project, "name" | "configFile">): Problem[] {
  return facts.ports.flatMap(({ key, port, heldBy }) =>
    heldBy === undefined
      ? []
      : [
          {
            what: `port ${port} (${key}) is in use by ${describeOwner(heldBy)}`,
            todo:
              `Stop it${lookUp(heldBy, port, facts.platform)}, or choose another port: ` +
              `${project.name}:${key} in ${project.configFile}`,
          },
        ],
  );
}

function describeOwner(owner: PortOwner): string {
  if (owner.kind === "container") return `the container ${owner.name}`;
  if (owner.kind === "process") return `${owner.command} (process ${owner.pid})`;
  return "another program";
}

/** A command that shows the owner, where this process could not see it. */
function lookUp(owner: PortOwner, port: number, platform: string): string {
  if (owner.kind !== "unknown") return "";
  const command =
    platform === "win32" ? `netstat -ano | findstr :${port}` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
  return ` (\`${command}\` shows it)`;
}

/** Bytes for the services that are not running yet, plus a tenth. */
export function memoryNeeded(running: readonly string[], config: Readonly<Record<string, string>>): number {
  const taskManagers = Number(config.taskManagers) || 1;
  const perTaskManager = Number(config.taskManagerMemory) || undefined;
  let needed = 0;
  for (const { name, memory } of services.filter((service) => isConfigured(service, config))) {
    const up = running.filter((service) => isOfService(service, name)).length;
    const wanted = name === "taskmanager" ? taskManagers : 1;
    const each = name === "taskmanager" ? (perTaskManager ?? memory) : memory;
    needed += Math.max(0, wanted - up) * each;
  }
  return needed * 1.1 * MiB;
}

function memoryProblems(facts: Facts, project: Pick<Project, "config">, hintForOther: Hint): Problem[] {
  const needed = memoryNeeded(facts.running, project.config);
  if (facts.memory === undefined || facts.memory.available >= needed) return [];
  const { available, where } = facts.memory;
  return [
    {
      what: `the stack needs about ${bytes(needed)} of memory, ${bytes(available)} are free ${where}`,
      todo:
        where === "for Docker"
          ? "Give Docker more memory (Docker Desktop: Settings > Resources), then try again"
          : `Stop what is not needed (another stack: \`${hintForOther("destroy")}\`), then try again`,
    },
  ];
}

function diskProblems(facts: Facts): Problem[] {
  const needed = facts.imagesMissing ? diskForImages : diskForData;
  if (facts.disk === undefined || facts.disk.available >= needed) return [];
  const why = facts.imagesMissing ? "its images and data" : "its data";
  return [
    {
      what: `${why} need about ${bytes(needed)} of disk, ${bytes(facts.disk.available)} are free at ${facts.disk.folder}`,
      todo: "Free some space there (`docker system df` shows what Docker uses), then try again",
    },
  ];
}
