import Docker from "dockerode";
import type { Progress } from "./progress.ts";
import { ensureDocker } from "./setup/docker-engine.ts";
import { dockerEnvironment, resolveDockerEndpoint } from "./setup/docker-host.ts";

const pingMs = 3_000;

/** Address of the Docker engine that the user's environment or context points at. */
export function dockerHost(): string {
  return resolveDockerEndpoint(process.env).url;
}

/** The engine there, when it answers. */
export async function findDocker(): Promise<Docker | undefined> {
  // docker-modem reads the address from the environment, as the plugins' processes do.
  Object.assign(process.env, dockerEnvironment(resolveDockerEndpoint(process.env)));
  try {
    await new Docker({ timeout: pingMs }).ping();
    return await forItsPlatform(new Docker());
  } catch {
    return undefined;
  }
}

/** Images are built for the engine's machine, which is not this one where the engine is remote. */
async function forItsPlatform(docker: Docker): Promise<Docker> {
  if (!/^(unix|npipe):/.test(dockerHost())) {
    const { Arch } = await docker.version();
    process.env.DOCKER_DEFAULT_PLATFORM ??= `linux/${Arch}`;
  }
  return docker;
}

/** As `findDocker`, but an engine is installed or started where that is possible. */
export async function requireDocker(progress: Progress): Promise<Docker> {
  await ensureDocker(progress);
  return forItsPlatform(new Docker());
}
