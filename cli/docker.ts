import type Docker from "dockerode";
import type { Progress } from "./progress.ts";
import { dockerEnvironment, resolveDockerEndpoint } from "./setup/docker-host.ts";

const pingMs = 3_000;

/** Loaded when it is needed: with its gRPC client for builds, that takes longer than many a command. */
const loadClient = async () => (await import("dockerode")).default;

/** The address of the Docker engine according to the user's environment or context. */
export function dockerHost(): string {
  return resolveDockerEndpoint(process.env).url;
}

/** The engine, if it answers. */
export async function findDocker(): Promise<Docker | undefined> {
  // docker-modem and the plugins read the address from the environment.
  Object.assign(process.env, dockerEnvironment(resolveDockerEndpoint(process.env)));
  try {
    const Client = await loadClient();
    await new Client({ timeout: pingMs }).ping();
    return await forItsPlatform(new Client());
  } catch {
    return undefined;
  }
}

/** Images are built for the engine's platform, which may differ from this machine's if the engine is remote. */
async function forItsPlatform(docker: Docker): Promise<Docker> {
  if (!/^(unix|npipe):/.test(dockerHost())) {
    const { Arch } = await docker.version();
    process.env.DOCKER_DEFAULT_PLATFORM ??= `linux/${Arch}`;
  }
  return docker;
}

/** As `findDocker`, but installs or starts an engine if possible. @throws UserError */
export async function requireDocker(progress: Progress): Promise<Docker> {
  const { ensureDocker } = await import("./setup/docker-engine.ts");
  await ensureDocker(progress);
  const Client = await loadClient();
  return forItsPlatform(new Client());
}
