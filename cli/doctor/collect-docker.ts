import type Docker from "dockerode";
import { type ContainerFacts, inspectContainers, lastLogLines } from "../containers.ts";
import type { Project } from "../project.ts";
import type { StackState } from "../pulumi/state.ts";
import type { InspectedContainer } from "./facts.ts";
import { recordedImages } from "./recorded.ts";

export async function inspectedContainers(docker: Docker, project: Project): Promise<InspectedContainer[]> {
  const containers = await inspectContainers(docker, project);
  return Promise.all(containers.map((container) => inspected(docker, project, container)));
}

async function inspected(
  docker: Docker,
  project: Project,
  container: ContainerFacts,
): Promise<InspectedContainer> {
  const { State, RestartCount, NetworkSettings } = await docker.getContainer(container.id).inspect();
  const isWell = container.state === "running" && container.health !== "unhealthy" && RestartCount === 0;
  return {
    ...container,
    exitCode: State.ExitCode,
    isOutOfMemory: State.OOMKilled,
    error: State.Error,
    restarts: RestartCount,
    age: Date.now() - Date.parse(State.StartedAt),
    networks: Object.keys(NetworkSettings.Networks),
    healthOutput: State.Health?.Log?.at(-1)?.Output ?? "",
    log: isWell ? [] : await lastLogLines(docker, project, container.service, 5).catch(() => []),
  };
}

/** Images of the stack's containers that the engine does not have any more. */
export async function missingImages(docker: Docker, state: StackState | undefined): Promise<string[]> {
  const images = state === undefined ? [] : recordedImages(state);
  const exists = await Promise.all(
    images.map((image) =>
      docker
        .getImage(image)
        .inspect()
        .then(
          () => true,
          (error: { statusCode?: number }) => error.statusCode !== 404,
        ),
    ),
  );
  return images.filter((_, at) => exists[at] === false);
}

/** Docker's clock minus this one, as exactly as the answer's round trip allows. */
export async function clockSkew(docker: Docker): Promise<number> {
  const before = Date.now();
  const { SystemTime }: { SystemTime?: string } = await docker.info();
  const after = Date.now();
  const time = Date.parse(SystemTime ?? "");
  if (Number.isNaN(time) || (time >= before && time <= after)) return 0;
  return time > after ? time - after : time - before;
}
