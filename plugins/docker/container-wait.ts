/** Waiting for a container, and telling what became of it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Container, ContainerInspectInfo } from "dockerode";
import type { OperationContext } from "../sdk/provider.ts";
import type { ContainerInputs } from "./container-spec.ts";

const POLL_MS = 250;
const SETTLE_MS = 15_000;
const LOG_LINES = 20;
/** A container that has been restarted this often while it is waited for will not become healthy. */
const MOST_RESTARTS = 5;

/**
 * Waits until the container is healthy (`wait`) or at least running (`mustRun`).
 *
 * @throws when it exits, keeps restarting or takes longer than `waitTimeout` seconds; the message ends with its
 *   last health check and log lines
 */
export async function awaitReady(
  container: Container,
  inputs: ContainerInputs,
  context: OperationContext,
): Promise<void> {
  const { waitTimeout = 60 } = inputs;
  const started = Date.now();
  const { RestartCount: restarts } = await container.inspect();
  for (let shown = 0; ; ) {
    const info = await container.inspect();
    const { State: state } = info;
    const alive = state.Running && !state.Restarting;
    if (!inputs.wait && (alive || inputs.mustRun === false)) return;
    if (alive && state.Health?.Status === "healthy") return;
    if (alive && !state.Health) throw await failure(container, info, "has no health check to wait for");
    if (!state.Running) throw await failure(container, info, "ended instead of staying up");
    if (info.RestartCount - restarts >= MOST_RESTARTS)
      throw await failure(container, info, "keeps restarting");
    const seconds = Math.round((Date.now() - started) / 1000);
    if (seconds >= waitTimeout) throw await failure(container, info, `is not healthy after ${seconds} s`);
    if (seconds > shown) context.status(`waiting for it to be healthy (${seconds} s)`);
    shown = seconds;
    await sleep(POLL_MS, undefined, { signal: context.signal });
  }
}

/** Inspects, giving a container that the daemon has just started, after a reboot say, time to become healthy. */
export async function settled(container: Container): Promise<ContainerInspectInfo> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const info = await container.inspect();
    if (info.State.Health?.Status !== "starting" || Date.now() > deadline) return info;
    await sleep(POLL_MS);
  }
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
  const lines = await lastLogLines(container, info.Config.Tty);
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
  const raw = await container
    .logs({ stdout: true, stderr: true, tail: LOG_LINES })
    .catch(() => Buffer.alloc(0));
  const text = tty ? raw.toString() : demultiplex(raw);
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** Docker frames the two output streams: 8 bytes of header, of which the last four are the length. */
export function demultiplex(frames: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts).toString();
}
