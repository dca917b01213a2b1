/** Keeps others out of a stack: one file for each run that is under way, as the Pulumi CLI writes and heeds them. */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";

/** The content of a lock file. */
interface Holder {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

export interface Lock {
  path: string;
  /** Who holds it, in words. */
  owner: string;
  /** `ended`: its process is gone from this machine. `unknown`: it is another machine's, or cannot be read. */
  state: "running" | "ended" | "unknown";
}

export function listLocks(folder: string): Lock[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readLock(join(folder, name)));
}

/**
 * Keeps others out until the returned function is called.
 * @throws if someone holds the stack. A lock whose process is gone from this machine is taken away.
 */
export function takeLock(folder: string, report: (note: string) => void): () => void {
  mkdirSync(folder, { recursive: true });
  const mine = join(folder, `${randomUUID()}.json`);
  const timestamp = new Date().toISOString();
  const holder: Holder = {
    pid: process.pid,
    username: userInfo().username,
    hostname: hostname(),
    timestamp,
  };
  // Written under another name first, so that nobody reads half a lock.
  writeFileSync(`${mine}.tmp`, JSON.stringify(holder));
  renameSync(`${mine}.tmp`, mine);
  const release = () => rmSync(mine, { force: true });
  // Looked at after our own is there: of two that start at once, at least one sees the other.
  for (const { path, owner, state } of listLocks(folder)) {
    if (path === mine) continue;
    if (state === "ended") {
      rmSync(path, { force: true });
      report(`Took over the stack from a run that ended without releasing it: ${owner}`);
    } else {
      release();
      throw new Error(
        `The stack is in use by ${owner}. Wait for that run to end; if there is none, remove ${path} ` +
          "with the command `cancel`",
      );
    }
  }
  return release;
}

function readLock(path: string): Lock[] {
  try {
    const holder: Holder = JSON.parse(readFileSync(path, "utf8"));
    const owner = `${holder.username}@${holder.hostname} (process ${holder.pid}) since ${holder.timestamp}`;
    const isHere = holder.hostname === hostname();
    return [{ path, owner, state: !isHere ? "unknown" : isRunning(holder) ? "running" : "ended" }];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // released meanwhile
    return [{ path, owner: "someone whose lock cannot be read", state: "unknown" }];
  }
}

function isRunning({ pid, timestamp }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const stat = readProc(`${pid}/stat`);
  // From the third field on, which follows the command's closing parenthesis. Only Linux tells.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A killed process keeps its id until its parent has asked how it ended.
  if (state === "Z") return false;
  // The id may have gone to a younger process; 100 ticks a second on every Linux.
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
