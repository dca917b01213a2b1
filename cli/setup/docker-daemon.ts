import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { waitFor } from "../../plugins/commerce/clients/wait.ts";
import { UserError } from "../errors.ts";
import { startDetached } from "../process.ts";
import { readIfThere } from "../read-if-there.ts";
import { runCommand, systemPath } from "./command.ts";
import { cacheDir } from "./paths.ts";

/** Why the engine cannot be used, or undefined when it answers. */
export type Ping = () => Promise<string | undefined>;

const startSeconds = 60;
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
    await waitForEngine(ping, startDaemon());
  }
}

/** @returns whether the process has ended */
function startDaemon(): () => boolean {
  mkdirSync(cacheDir, { recursive: true });
  removeStalePidFiles();
  const { pid, hasEnded } = startDetached(findDockerd() ?? "dockerd", logFile, {
    ...process.env,
    PATH: systemPath,
  });
  writeFileSync(join(cacheDir, "dockerd.pid"), `${pid ?? ""}\n`);
  return hasEnded;
}

/** A killed engine leaves pid files, and a new one takes any process with such an id for the old one. */
function removeStalePidFiles(): void {
  for (const [name, file] of Object.entries(pidFiles)) {
    if (!existsSync(file)) continue;
    const stat = `/proc/${readFileSync(file, "utf8").trim()}/stat`;
    if (!isLiveProcess(readIfThere(stat) ?? "", name)) rmSync(file);
  }
}

/** Whether /proc/PID/stat is of a process with this name that is not a zombie. */
export function isLiveProcess(stat: string, name: string): boolean {
  const [, command, state] = /^\d+ \((.*)\) (\S)/.exec(stat) ?? [];
  return command === name && state !== "Z";
}

async function waitForEngine(ping: Ping, hasEnded: () => boolean): Promise<void> {
  let reason: string | undefined;
  let endedAt: number | undefined;
  const answers = async () => {
    reason = await ping();
    if (reason === undefined) return true;
    if (hasEnded()) endedAt ??= Date.now();
    // Not at once: another command may have started an engine that is not ready yet.
    return endedAt !== undefined && Date.now() - endedAt > endedMs ? false : undefined;
  };
  const wait = { what: "the Docker engine", timeoutSeconds: startSeconds, probe: answers };
  const isUp = await waitFor(wait).catch(() => false);
  if (isUp) return;
  const log = existsSync(logFile) ? readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-10) : [];
  throw new UserError(`the Docker engine does not answer after its start: ${reason}`, log.join("\n"));
}
