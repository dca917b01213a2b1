import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";
import type { Env } from "../env.ts";
import { UserError } from "../errors.ts";

/** What the result depends on in addition to the environment; tests substitute other machines. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  exists(path: string): boolean;
  /** The text of a file that exists. */
  readFile(path: string): string;
}

/** A Docker engine's address, and how it was found. */
export interface DockerEndpoint {
  /** As DOCKER_HOST takes it: unix:///…, npipe:////./pipe/…, tcp://host:port or ssh://user@host. */
  readonly url: string;
  /** For people: "DOCKER_HOST", "the Docker context NAME" or "this platform's default". */
  readonly source: string;
  /** It is the address that the docker command uses without a DOCKER_… variable or context. */
  readonly isDefault: boolean;
  /** Folder with ca.pem, cert.pem and key.pem, where a context or the environment names one. */
  readonly certPath?: string;
}

const thisMachine: Machine = {
  platform: process.platform,
  home: homedir(),
  exists: existsSync,
  readFile: (path) => readFileSync(path, "utf8"),
};

const unixSocket = "unix:///var/run/docker.sock";
const windowsPipe = "npipe:////./pipe/docker_engine";

/**
 * Finds the engine as the docker command does: DOCKER_HOST, else DOCKER_CONTEXT, else the context that
 * `docker context use` chose, else the platform's default.
 *
 * @throws UserError for a context that does not exist or has no engine
 */
export function resolveDockerEndpoint(env: Env, machine: Machine = thisMachine): DockerEndpoint {
  if (env.DOCKER_HOST) {
    const certPath = env.DOCKER_CERT_PATH ? { certPath: env.DOCKER_CERT_PATH } : {};
    return { url: env.DOCKER_HOST, source: "DOCKER_HOST", isDefault: false, ...certPath };
  }
  const { join } = machine.platform === "win32" ? win32 : posix;
  const configDir = env.DOCKER_CONFIG || join(machine.home, ".docker");
  const context = env.DOCKER_CONTEXT || currentContext(machine, join(configDir, "config.json"));
  if (context === undefined || context === "default") {
    const url = machine.platform === "win32" ? windowsPipe : defaultSocket(machine);
    return { url, source: "this platform's default", isDefault: url === unixSocket || url === windowsPipe };
  }
  return contextEndpoint(machine, join(configDir, "contexts"), context, join);
}

/** The environment in which child processes and docker-modem reach the same engine; empty for the default. */
export function dockerEnvironment(endpoint: DockerEndpoint): Record<string, string> {
  if (endpoint.isDefault) return {};
  const tls: Record<string, string> = endpoint.certPath
    ? { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: endpoint.certPath }
    : {};
  return { DOCKER_HOST: endpoint.url, ...tls };
}

/** Docker Desktop for macOS may have its socket only in the home folder. */
function defaultSocket(machine: Machine): string {
  const own = posix.join(machine.home, ".docker", "run", "docker.sock");
  const onlyOwn =
    machine.platform === "darwin" && !machine.exists("/var/run/docker.sock") && machine.exists(own);
  return onlyOwn ? `unix://${own}` : unixSocket;
}

function currentContext(machine: Machine, configFile: string): string | undefined {
  const config = readJson(machine, configFile);
  return typeof config?.currentContext === "string" && config.currentContext !== ""
    ? config.currentContext
    : undefined;
}

function contextEndpoint(
  machine: Machine,
  contextsDir: string,
  name: string,
  join: (...parts: string[]) => string,
): DockerEndpoint {
  const id = createHash("sha256").update(name).digest("hex");
  const metaFile = join(contextsDir, "meta", id, "meta.json");
  const host = hostOf(readJson(machine, metaFile));
  if (host === undefined) {
    throw new UserError(
      `the Docker context ${name} has no engine (according to ${metaFile})`,
      "Choose one of `docker context ls` with `docker context use NAME`, or set DOCKER_HOST.",
    );
  }
  const certDir = join(contextsDir, "tls", id, "docker");
  const hasCertificates = machine.exists(join(certDir, "cert.pem"));
  return {
    url: host,
    source: `the Docker context ${name}`,
    isDefault: false,
    ...(hasCertificates ? { certPath: certDir } : {}),
  };
}

function hostOf(meta: Record<string, unknown> | undefined): string | undefined {
  const endpoints = record(meta?.Endpoints);
  const host = record(endpoints?.docker)?.Host;
  return typeof host === "string" && host !== "" ? host : undefined;
}

function readJson(machine: Machine, path: string): Record<string, unknown> | undefined {
  if (!machine.exists(path)) return undefined;
  try {
    return record(JSON.parse(machine.readFile(path)));
  } catch {
    throw new UserError(
      `${path} cannot be read as JSON`,
      "It is Docker's own configuration: fix or remove it.",
    );
  }
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
