import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors.ts";
import { runCommand, systemPath } from "./command.ts";
import { cacheDir } from "./paths.ts";

/** Why the engine cannot be used, or undefined when it answers. */
export type Ping = () => Promise<string | undefined>;

const startMs = 60_000;
const endedMs = 5_000;
/** Of the engine, and of the containerd that it starts and stops. */
const pidFiles = { dockerd: "/var/run/docker.pid", containerd: "/var/run/docker/containerd/containerd.pid" };
const logFile = join(cacheDir, "dockerd.log");

export function findDockerd(): string | undefined {
  return systemPath
    .split(delimiter)
    .map((dir) => join(dir, "dockerd"))
    .find(existsSync);
}

/**
 * Starts the engine that is installed on this machine, so that it outlives this command, and waits until it answers.
 *
 * @throws UserError with the engine's last log lines, after a minute or soon after the engine has exited
 */
export async function startEngine(ping: Ping): Promise<void> {
  // With systemd, the package's service also starts the engine after a reboot.
  if (existsSync("/run/systemd/system")) {
    await runCommand("systemctl", ["start", "docker"]);
    await waitForEngine(ping, () => false);
  } else {
    await waitForEngine(ping, startDetached());
  }
}

/** @returns whether the process has ended. */
function startDetached(): () => boolean {
  mkdirSync(cacheDir, { recursive: true });
  removeStalePidFiles();
  const log = openSync(logFile, "w");
  const child = spawn(findDockerd() ?? "dockerd", [], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, PATH: systemPath },
  });
  let ended = false;
  const end = () => {
    ended = true;
  };
  child.once("error", end);
  child.once("exit", end);
  child.unref();
  writeFileSync(join(cacheDir, "dockerd.pid"), `${child.pid ?? ""}\n`);
  return () => ended;
}

/** A killed engine leaves pid files, and a new one takes any process with such an id for the old one. */
function removeStalePidFiles(): void {
  for (const [name, file] of Object.entries(pidFiles)) {
    if (!existsSync(file)) continue;
    const stat = `/proc/${readFileSync(file, "utf8").trim()}/stat`;
    if (!isLiveProcess(existsSync(stat) ? readFileSync(stat, "utf8") : "", name)) rmSync(file);
  }
}

/** Whether /proc/PID/stat is of a process with this name that is not a zombie. */
export function isLiveProcess(stat: string, name: string): boolean {
  const [, command, state] = /^\d+ \((.*)\) (\S)/.exec(stat) ?? [];
  return command === name && state !== "Z";
}

async function waitForEngine(ping: Ping, hasEnded: () => boolean): Promise<void> {
  let deadline = Date.now() + startMs;
  let error: string | undefined;
  do {
    error = await ping();
    if (error === undefined) return;
    // Not at once: another command may have started an engine that is not ready yet.
    if (hasEnded()) deadline = Math.min(deadline, Date.now() + endedMs);
    await sleep(250);
  } while (Date.now() < deadline);
  const log = existsSync(logFile) ? readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-10) : [];
  throw new UserError(`the Docker engine does not answer after its start: ${error}`, log.join("\n"));
}
