import Docker from "dockerode";
import type { Progress } from "./progress.ts";
import { ensureDocker } from "./setup/docker-engine.ts";
import { resolveDockerHost } from "./setup/docker-host.ts";

const pingMs = 3_000;

/** Address of the Docker engine that the user's environment or context points at. */
export function dockerHost(): string {
  return resolveDockerHost(process.env);
}

/** The engine there, when it answers. */
export async function findDocker(): Promise<Docker | undefined> {
  try {
    await new Docker({ ...connection(), timeout: pingMs }).ping();
    return new Docker(connection());
  } catch {
    return undefined;
  }
}

/** As `findDocker`, but an engine is installed or started where that is possible. */
export async function requireDocker(progress: Progress): Promise<Docker> {
  await ensureDocker(progress);
  return new Docker(connection());
}

function connection(): Docker.DockerOptions {
  const host = dockerHost();
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
  if (socket !== undefined) return { socketPath: socket };
  // docker-modem reads the rest (TLS, ssh) from the environment, as the docker command does.
  process.env.DOCKER_HOST = host;
  return {};
}
