/** Waits for a container, and says why it is not ready. */
import type { Container, ContainerInspectInfo } from "dockerode";
import type { OperationContext } from "../sdk/provider.ts";
import { TimedOut, waitFor } from "../sdk/wait.ts";
import { docker } from "./client.ts";
import type { ContainerInputs } from "./container-spec.ts";
import { logText } from "./formats/log-text.ts";

const SETTLE_SECONDS = 15;
const LOG_LINES = 20;
/** A container that restarts this often while it is waited for will not become healthy. */
const MOST_RESTARTS = 5;

/**
 * Waits until the container is healthy (`wait`) or at least running (`mustRun`).
 *
 * @throws Error if it exits, keeps restarting or takes longer than `waitTimeout` seconds; the message ends with its
 *   last health check and log lines
 */
export async function awaitReady(
  container: Container,
  inputs: ContainerInputs,
  context: OperationContext,
): Promise<void> {
  const { waitTimeout = 60 } = inputs;
  const started = performance.now();
  let restarts: number | undefined;
  let shown = 0;
  try {
    await waitFor({
      what: "the container to be healthy",
      timeoutSeconds: waitTimeout,
      signal: context.signal,
      probe: async () => {
        const info = await container.inspect();
        const { State: state, RestartCount: count } = info;
        restarts ??= count;
        const isAlive = state.Running && !state.Restarting;
        if (!inputs.wait && (isAlive || inputs.mustRun === false)) return true;
        if (isAlive && state.Health?.Status === "healthy") return true;
        if (isAlive && !state.Health) throw await failure(container, info, "has no health check to wait for");
        if (!state.Running) throw await failure(container, info, "ended instead of staying up");
        if (count - restarts >= MOST_RESTARTS) throw await failure(container, info, "keeps restarting");
        const seconds = Math.round((performance.now() - started) / 1000);
        if (seconds > shown) context.status(`waiting for it to be healthy (${seconds} s)`);
        shown = seconds;
        return undefined;
      },
    });
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    throw await failure(
      container,
      await container.inspect(),
      `is not healthy after ${waitTimeout} s; it goes on starting, and the next run waits for it again`,
    );
  }
}

/** Inspects the container. One that the daemon has just started, as after a reboot, gets time to become healthy. */
export async function inspectSettled(
  container: Container,
  signal?: AbortSignal,
): Promise<ContainerInspectInfo> {
  let info: ContainerInspectInfo | undefined;
  const settled = waitFor({
    what: "the container's first health check",
    timeoutSeconds: SETTLE_SECONDS,
    signal,
    probe: async () => {
      info = await container.inspect();
      return info.State.Health?.Status === "starting" ? undefined : info;
    },
  });
  return settled.catch((error: unknown) => {
    if (error instanceof TimedOut && info) return info;
    throw error;
  });
}

async function failure(container: Container, info: ContainerInspectInfo, what: string): Promise<Error> {
  const { Status, Running, Restarting, ExitCode, OOMKilled, Error: cause, Health } = info.State;
  const facts = [
    `state ${Status}`,
    Running && !Restarting ? [] : `exit code ${ExitCode}`,
    OOMKilled ? "out of memory: raise its limit" : [],
    cause || [],
    Health ? `health ${Health.Status}` : [],
  ].flat();
  const check = Health?.Log?.at(-1);
  const lines = await lastLogLines(container, info.Config.Tty).catch((error: Error) => [
    `(Docker cannot read them: ${error.message})`,
  ]);
  return new Error(
    [
      `Container ${info.Name.slice(1)} ${what} (${facts.join(", ")}).`,
      ...(check
        ? [`Last health check, exit code ${check.ExitCode}: ${check.Output.trim() || "no output"}`]
        : []),
      ...(lines.length > 0
        ? ["Last log lines:", ...lines.map((line) => `  ${line}`)]
        : ["It has logged nothing."]),
    ].join("\n"),
  );
}

async function lastLogLines(container: Container, tty: boolean): Promise<string[]> {
  const log = await container.logs({ stdout: true, stderr: true, tail: LOG_LINES });
  const output = tty ? log.toString() : await logText(await docker(), log);
  return output.split(/\r?\n/).filter((line) => line.trim() !== "");
}
