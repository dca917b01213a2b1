import Docker from "dockerode";
import { UserError } from "../errors.ts";
import type { Progress, Step } from "../progress.ts";
import { canInstallPackages, installPackages } from "./debian.ts";
import { adviceFor } from "./docker-advice.ts";
import { findDockerd, startEngine } from "./docker-daemon.ts";
import { type DockerEndpoint, dockerEnvironment, resolveDockerEndpoint } from "./docker-host.ts";

export interface DockerFacts {
  readonly host: string;
  /** The engine's version, as 20.10.24. */
  readonly version: string;
  /** This call has started it, after installing it if necessary. */
  readonly startedByUs: boolean;
}

const pingMs = 3_000;

/**
 * Returns once a Docker engine answers. An engine that is installed on this machine but not running is started, so that
 * it outlives this command. As root on Debian, a missing engine is installed first.
 *
 * Sets DOCKER_HOST and related variables in this process if the engine is not at the default address, for docker-modem
 * and for child processes.
 *
 * @throws UserError with advice, when none answers and none can be started
 */
export async function ensureDocker(progress: Progress): Promise<DockerFacts> {
  const endpoint = resolveDockerEndpoint(process.env);
  Object.assign(process.env, dockerEnvironment(endpoint));
  const error = await pingError();
  if (error === undefined) return facts(endpoint, false);

  const canStart = process.platform === "linux" && process.getuid?.() === 0 && endpoint.isDefault;
  const installed = findDockerd() !== undefined;
  if (!canStart || (!installed && !canInstallPackages())) {
    throw new UserError(
      `no Docker engine answers at ${endpoint.url} (${endpoint.source}): ${error}`,
      adviceFor({ platform: process.platform, endpoint, error, installed }),
    );
  }
  if (!installed) await install(progress);
  await start(progress);
  return facts(endpoint, true);
}

async function facts(endpoint: DockerEndpoint, startedByUs: boolean): Promise<DockerFacts> {
  const { Version } = await new Docker().version();
  return { host: endpoint.url, version: Version, startedByUs };
}

/** Why the engine cannot be used, or undefined if it answers. */
async function pingError(): Promise<string | undefined> {
  try {
    await new Docker({ timeout: pingMs }).ping();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function install(progress: Progress): Promise<void> {
  const step = progress.step("Installing a Docker engine (Debian's docker.io), as there is none");
  await guarded(step, () => installPackages(["docker.io", "iptables"], step.update));
}

async function start(progress: Progress): Promise<void> {
  const step = progress.step("Starting the Docker engine");
  await guarded(step, () => startEngine(pingError));
}

async function guarded(step: Step, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    step.done();
  } catch (error) {
    step.fail();
    throw error;
  }
}
