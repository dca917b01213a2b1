/** The locks of Pulumi's file backend: one file for each active run. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { TimedOut, waitFor } from "../../plugins/commerce/clients/wait.ts";
import { Interrupted, UserError } from "../errors.ts";
import type { Console } from "../progress.ts";

/** The fields of a lock file that are read here. */
interface Holder {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
}

export interface Lock extends Holder {
  readonly path: string;
  /** `ended`: its process is gone from this machine. `elsewhere`: of another machine, or unreadable. */
  readonly state: "running" | "ended" | "elsewhere";
}

const waitLimitSeconds = 15 * 60;

/**
 * Removes the locks of killed runs, and waits for a run that is still active on this machine.
 *
 * @param folder of the stack's locks
 * @returns whether a killed run had left its lock: the state may be incomplete
 * @throws UserError when the other run takes longer than 15 minutes
 */
export async function takeOverLocks(folder: string, console: Console, signal: AbortSignal): Promise<boolean> {
  const ended = listLocks(folder).filter(({ state }) => state === "ended");
  for (const { path, pid, timestamp } of ended) {
    for (const file of [path, `${path}.attrs`]) rmSync(file, { force: true });
    console.line(`Taking over from process ${pid}, which ended without finishing its run of ${timestamp}.`);
  }
  const [running] = listLocks(folder).filter(({ state }) => state === "running");
  if (running === undefined) return ended.length > 0;
  const step = console.step(
    `Waiting for process ${running.pid}, which has been working on this stack since ${running.timestamp}`,
  );
  const isFree = async () => !existsSync(running.path) || !isRunning(running) || undefined;
  const wait = { what: "the lock", timeoutSeconds: waitLimitSeconds, intervalMs: 500, signal, probe: isFree };
  await waitFor(wait).catch((error: unknown) => {
    step.fail();
    if (signal.aborted) throw new Interrupted();
    if (!(error instanceof TimedOut)) throw error;
    throw new UserError(
      `process ${running.pid} still holds the stack after 15 minutes`,
      `Its lock is ${running.path}.`,
    );
  });
  step.done();
  return (await takeOverLocks(folder, console, signal)) || ended.length > 0;
}

export function listLocks(folder: string): Lock[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readLock(join(folder, name)));
}

function readLock(path: string): Lock[] {
  try {
    const holder: Holder = JSON.parse(readFileSync(path, "utf8"));
    const state = holder.hostname !== hostname() ? "elsewhere" : isRunning(holder) ? "running" : "ended";
    return [{ ...holder, path, state }];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // released in the meantime
    // A run that was killed while writing its lock has done nothing yet.
    const state = error instanceof SyntaxError ? "ended" : "elsewhere";
    return [{ pid: 0, hostname: "", timestamp: "", path, state }];
  }
}

function isRunning({ pid, timestamp }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process: it may have been given the id later, which is checked below.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const stat = readProc(`${pid}/stat`);
  // The fields from the third on, after the command's closing parenthesis. Only Linux has this file.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A killed process keeps its id until its parent reaps it.
  if (state === "Z") return false;
  // The id may belong to a younger process by now. Linux counts 100 ticks a second.
  const bootSeconds = Number(/^btime (\d+)/m.exec(readProc("stat"))?.[1]);
  const started = (bootSeconds + Number(fields[18]) / 100) * 1000;
  return !(started > Date.parse(timestamp) + 2_000);
}

function readProc(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, "utf8");
  } catch {
    return "";
  }
}
