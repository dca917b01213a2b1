/** Locks as Pulumi's file backend keeps them: one file for each active run. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { TimedOut, waitFor } from "../../plugins/commerce/clients/wait.ts";
import { Interrupted, UserError } from "../errors.ts";
import type { Console } from "../progress.ts";
import { readIfThere } from "../read-if-there.ts";

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
 * Waits until no run on this machine holds a lock in a folder.
 *
 * @throws UserError when another run takes longer than 15 minutes
 */
export async function waitForLocks(folder: string, console: Console, signal: AbortSignal): Promise<void> {
  const [running] = locksIn(folder, "running");
  if (running === undefined) return;
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
  await waitForLocks(folder, console, signal);
}

/** Removes the locks of killed runs. @returns whether there was one: the state may be incomplete */
export function removeEndedLocks(folder: string, console: Console): boolean {
  const ended = removeEnded(folder);
  for (const { pid, timestamp } of ended) {
    console.line(`Taking over from process ${pid}, which ended without finishing its run of ${timestamp}.`);
  }
  return ended.length > 0;
}

/**
 * Waits for its turn to work on a stack. Pulumi's lock begins only when its CLI runs, after the stack has been settled;
 * this one begins before that.
 *
 * @param folder of this kind of lock, not of Pulumi's own
 * @returns ends the turn; so does the end of this process
 * @throws UserError when another run takes longer than 15 minutes
 */
export async function takeTurn(folder: string, console: Console, signal: AbortSignal): Promise<() => void> {
  await waitForLocks(folder, console, signal);
  removeEnded(folder);
  const own = join(folder, `${randomUUID()}.json`);
  const holder: Holder = { pid: process.pid, hostname: hostname(), timestamp: new Date().toISOString() };
  mkdirSync(folder, { recursive: true });
  writeFileSync(own, JSON.stringify(holder));
  // Written before the others are looked for, so that of two runs at least one sees the other. A run that read this file
  // half-written has removed it.
  const running = locksIn(folder, "running");
  if (running.length === 1 && running[0]?.path === own) return () => remove(own);
  remove(own);
  await setTimeout(Math.random() * 500);
  return takeTurn(folder, console, signal);
}

const locksIn = (folder: string, wanted: Lock["state"]) =>
  listLocks(folder).filter(({ state }) => state === wanted);

function removeEnded(folder: string): Lock[] {
  const ended = locksIn(folder, "ended");
  for (const { path } of ended) remove(path);
  return ended;
}

function remove(path: string): void {
  for (const file of [path, `${path}.attrs`]) rmSync(file, { force: true });
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
  return readIfThere(`/proc/${file}`) ?? "";
}
