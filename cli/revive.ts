import type Docker from "dockerode";
import { type ContainerFacts, inspectContainers, type StackName } from "./containers.ts";
import { messageOf } from "./errors.ts";
import type { Console, Step } from "./progress.ts";

/** How long the containers of a stack may take to become healthy before the engine has a look anyway. */
const settleMs = 90_000;
const pollMs = 500;

/** What is to be done with the containers of a stack before its resources can be read. */
export interface Revival {
  readonly start: readonly ContainerFacts[];
  readonly unpause: readonly ContainerFacts[];
  readonly await: readonly ContainerFacts[];
}

/**
 * What lives in a container (a topic, a role, a job) can only be read while it runs. Containers that somebody
 * stopped, or that are coming up again after a restart of Docker, are therefore brought back first.
 */
export function planRevival(containers: readonly ContainerFacts[]): Revival {
  return {
    start: containers.filter(({ state }) => state === "exited"),
    unpause: containers.filter(({ state }) => state === "paused"),
    await: containers.filter(({ state, health }) => state === "restarting" || health === "starting"),
  };
}

/** Never fails: what does not come back is the engine's to repair, and it says why. */
export async function revive(docker: Docker, stack: StackName, console: Console): Promise<void> {
  const { start, unpause, await: coming } = planRevival(await inspectContainers(docker, stack));
  const services = [...start, ...unpause, ...coming].map(({ service }) => service);
  if (services.length === 0) return;
  const step = console.step(`Bringing back ${services.join(", ")}`);
  const attempts = await Promise.allSettled([
    ...start.map(({ id }) => docker.getContainer(id).start()),
    ...unpause.map(({ id }) => docker.getContainer(id).unpause()),
  ]);
  const failed = attempts.filter((attempt) => attempt.status === "rejected");
  const late = await settle(docker, stack, new Set(services), step);
  const notes = [
    ...failed.map(({ reason }) => messageOf(reason)),
    ...(late.length > 0 ? [`not healthy yet: ${late.join(", ")}`] : []),
  ];
  step.done(notes.join("; ") || undefined);
}

/** Waits until the services are healthy, or have ended again; gives those that were still on their way. */
async function settle(
  docker: Docker,
  stack: StackName,
  services: Set<string>,
  step: Step,
): Promise<string[]> {
  const deadline = Date.now() + settleMs;
  for (;;) {
    const coming = planRevival(await inspectContainers(docker, stack)).await.filter((container) =>
      services.has(container.service),
    );
    if (coming.length === 0 || Date.now() > deadline) return coming.map(({ service }) => service);
    step.update(`waiting for ${coming.map(({ service }) => service).join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
