// Prevents two runs from installing into one node_modules at the same time. Plain JavaScript, as bootstrap.mjs.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const waitLimitMs = 10 * 60_000;

function alive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM"; // another user's process
  }
  return !isZombie(pid);
}

/** Killed, but not yet reaped by its parent: on Linux such a process still answers. */
function isZombie(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

/** The owner's process id, or undefined if the lock is free. */
function owner(path) {
  try {
    return Number(readFileSync(path, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function acquire(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a dead owner's lock. It is renamed first, so that only one of two processes succeeds. */
function breakLock(path, deadOwner) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    // Another process may have acquired the lock since the check: give it back.
    if (owner(aside) !== deadOwner) renameSync(aside, path);
    else rmSync(aside);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

/**
 * Runs `work` while holding `folder`/install.lock; waits up to ten minutes for another holder.
 *
 * @param {string} folder
 * @param {{ write(text: string): unknown }} out
 * @param {() => Promise<void>} work
 */
export async function withInstallLock(folder, out, work) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "install.lock");
  const since = Date.now();
  let announced = false;
  while (!acquire(path)) {
    const holder = owner(path);
    if (holder !== undefined && !alive(holder)) {
      breakLock(path, holder);
      continue;
    }
    if (!announced)
      out.write(`Process ${holder ?? "?"} is installing the dependencies; waiting for it ...\n`);
    announced = true;
    if (Date.now() - since > waitLimitMs) {
      throw new Error(`process ${holder} still holds ${path} after 10 minutes; end it, or delete the file`);
    }
    await sleep(500);
  }
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}
