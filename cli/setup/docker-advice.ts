import type { DockerEndpoint } from "./docker-host.ts";

export interface Situation {
  readonly platform: NodeJS.Platform;
  readonly endpoint: DockerEndpoint;
  /** Why the engine could not be reached. */
  readonly error: string;
  /** There is a dockerd on this machine. */
  readonly installed: boolean;
}

/** What the user can do about an engine that does not answer and cannot be started from here. */
export function adviceFor({ platform, endpoint, error, installed }: Situation): string {
  if (!endpoint.isDefault) {
    return `The address comes from ${endpoint.source}: start the engine there, or choose another one.`;
  }
  if (error.includes("EACCES")) {
    return "This user may not use Docker: join the group `docker` (sudo usermod -aG docker $USER, then log in again).";
  }
  if (platform === "darwin" || platform === "win32") {
    return "Install Docker Desktop (https://docs.docker.com/get-started/get-docker/) if it is missing, and start it.";
  }
  return installed
    ? "Start it: sudo systemctl start docker"
    : "Install it (https://docs.docker.com/engine/install/). As root on Debian, this command installs it.";
}
