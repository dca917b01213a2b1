import type Docker from "dockerode";
import { TimedOut, waitFor } from "../plugins/commerce/clients/wait.ts";
import { type ContainerFacts, inspectContainers, type StackName } from "./containers.ts";
import { messageOf } from "./errors.ts";
import type { Console, Step } from "./progress.ts";

/** How long the containers may take to become healthy before the engine looks at them anyway. */
const limitSeconds = 90;

/** What a stack's containers need before its resources can be read. */
export interface RestartPlan {
  readonly start: readonly ContainerFacts[];
  readonly unpause: readonly ContainerFacts[];
  /** Starting already. */
  readonly await: readonly ContainerFacts[];
}

/**
 * A topic, a role or a job can only be read while its service runs. Containers that were stopped, or that Docker is
 * restarting, are therefore started first.
 */
export function planRestart(containers: readonly ContainerFacts[]): RestartPlan {
  return {
    start: containers.filter(({ state }) => state === "exited"),
    unpause: containers.filter(({ state }) => state === "paused"),
    await: containers.filter(({ state, health }) => state === "restarting" || health === "starting"),
  };
}

/** Never fails: a container that does not start is for the engine to repair, and it says why. */
export async function restartContainers(docker: Docker, stack: StackName, console: Console): Promise<void> {
  const { start, unpause, await: starting } = planRestart(await inspectContainers(docker, stack));
  const services = [...start, ...unpause, ...starting].map(({ service }) => service);
  if (services.length === 0) return;
  const step = console.step(`Restarting ${services.join(", ")}`);
  const attempts = await Promise.allSettled([
    ...start.map(({ id }) => docker.getContainer(id).start()),
    ...unpause.map(({ id }) => docker.getContainer(id).unpause()),
  ]);
  const failed = attempts.filter((attempt) => attempt.status === "rejected");
  const late = await waitUntilHealthy(docker, stack, new Set(services), step);
  const notes = [
    ...failed.map(({ reason }) => messageOf(reason)),
    ...(late.length > 0 ? [`not healthy yet: ${late.join(", ")}`] : []),
  ];
  step.done(notes.join("; ") || undefined);
}

/** Waits until each service is healthy or has ended. @returns those that are still starting */
async function waitUntilHealthy(
  docker: Docker,
  stack: StackName,
  services: ReadonlySet<string>,
  step: Step,
): Promise<readonly string[]> {
  let starting: readonly string[] = [];
  const areDone = async () => {
    const containers = planRestart(await inspectContainers(docker, stack)).await;
    starting = containers.map(({ service }) => service).filter((service) => services.has(service));
    if (starting.length === 0) return true;
    step.update(`waiting for ${starting.join(", ")}`);
    return undefined;
  };
  const wait = { what: "the containers to be healthy", timeoutSeconds: limitSeconds, probe: areDone };
  await waitFor(wait).catch((error: unknown) => {
    if (!(error instanceof TimedOut)) throw error;
  });
  return starting;
}
