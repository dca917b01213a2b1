/** What helps to understand a bug report, by path in the archive. What cannot be read says why. */
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { listStackContainers } from "../containers.ts";
import type { Context } from "../context.ts";
import { findDocker } from "../docker.ts";
import { collectDoctorFacts } from "../doctor/collect.ts";
import { diagnose } from "../doctor/diagnose.ts";
import type { DoctorFacts } from "../doctor/facts.ts";
import { messageOf } from "../errors.ts";
import { readLog } from "../logs/read.ts";
import { version } from "../package-version.ts";
import { findCli } from "../pulumi/find-cli.ts";
import { conditionsOf, healthOf, troubles } from "../report/conditions.ts";
import { serviceOf } from "../services.ts";
import type { Contents } from "./archive.ts";
import { maskConfig, maskEnvironment, maskKeys } from "./mask.ts";

const LOG_LINES = 2_000;

interface Part {
  readonly path: string;
  read(): unknown;
}

/** @param withLogs only where all secrets are known, as logs may contain any */
export async function collectBundle(context: Context, withLogs: boolean): Promise<Contents> {
  const { project, hint } = context;
  const docker = await findDocker();
  let facts: Promise<DoctorFacts> | undefined;
  const doctorFacts = () => {
    facts ??= collectDoctorFacts(context);
    return facts;
  };
  const parts: Part[] = [
    { path: "versions.json", read: () => versions(context, docker) },
    { path: "doctor.json", read: async () => diagnose(await doctorFacts(), hint) },
    { path: "status.json", read: async () => status(await doctorFacts(), context) },
    {
      path: project.configFile,
      read: () => maskConfig(readFileSync(join(project.dir, project.configFile), "utf8")),
    },
    { path: "config.json", read: () => maskKeys(project.config) },
    ...(docker === undefined ? [] : await dockerParts(context, docker, withLogs)),
  ];
  const read = await Promise.all(
    parts.map(async ({ path, read: readPart }) => [path, await textOf(readPart)] as const),
  );
  return new Map(read);
}

async function textOf(read: Part["read"]): Promise<string> {
  try {
    const value = await read();
    return typeof value === "string" ? value : `${JSON.stringify(value, undefined, 2)}\n`;
  } catch (error) {
    return `could not be read: ${messageOf(error)}\n`;
  }
}

async function dockerParts({ project }: Context, docker: Docker, withLogs: boolean): Promise<Part[]> {
  const containers = await listStackContainers(docker, project);
  const logs = containers.map(({ Id, Names }): Part => {
    const service = serviceOf((Names[0] ?? Id).replace(/^\//, ""), project.name, project.stack);
    return {
      path: `logs/${service}.log`,
      read: async () => {
        const lines = await readLog(docker, { id: Id, service }, { since: undefined, tail: LOG_LINES });
        return lines.map(({ time, text }) => `${time} ${text}\n`).join("");
      },
    };
  });
  return [
    { path: "docker/ps.json", read: () => containers },
    {
      path: "docker/inspect.json",
      read: async () =>
        maskEnvironment(await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()))),
    },
    ...(withLogs ? logs : []),
  ];
}

async function versions({ console }: Context, docker: Docker | undefined) {
  const cli = await findCli(process.env, console);
  return {
    project: version,
    node: process.version,
    platform: `${process.platform} ${process.arch} ${release()}`,
    pulumi: cli ?? null,
    docker: docker === undefined ? null : await docker.version(),
  };
}

function status({ live }: DoctorFacts, { hint }: Context) {
  if (live === undefined) return { health: "unknown", why: "no Docker engine answers" };
  const { report } = live;
  const health = healthOf(report, hint);
  if (health === "absent") return { health, ...report };
  return { health, troubles: troubles(report, hint), conditions: conditionsOf(report, hint), ...report };
}
