/** Pulumi's file backend: where a stack's checkpoint lies, written whole or not at all, and who may write it. */
import { randomUUID } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open, rename } from "node:fs/promises";
import { homedir, hostname, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The content of a lock file, as the Pulumi CLI writes it. */
interface Lock {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/** @throws if the URL names a backend that is not a folder. */
export function backendFolder(url: string | undefined, projectDir: string): string {
  if (!url) return join(projectDir, ".pulumi-state");
  if (!url.startsWith("file://")) {
    throw new Error(
      `Backend '${url}' is not supported by the embedded engine, only file://FOLDER: ` +
        "change PULUMI_BACKEND_URL, or use the Pulumi CLI (--engine pulumi)",
    );
  }
  const path = url.slice("file://".length).replace(/^\/(?=[A-Za-z]:)/, "");
  return resolve(projectDir, path.replace(/^~(?=$|[/\\])/, homedir()));
}

export class Backend {
  /** The stack's checkpoint. */
  readonly path: string;
  readonly #home: string;
  readonly #locks: string;
  #backedUp = false;

  constructor(folder: string, project: string, stack: string) {
    this.#home = join(folder, ".pulumi");
    this.path = join(this.#home, "stacks", project, `${stack}.json`);
    this.#locks = join(this.#home, "locks", "organization", project, stack);
  }

  /** @returns undefined if the stack has never been written. */
  load(): string | undefined {
    if (existsSync(`${this.path}.gz`)) {
      throw new Error(`${this.path}.gz: compressed state is not supported; unset PULUMI_DIY_BACKEND_GZIP`);
    }
    return existsSync(this.path) ? readFileSync(this.path, "utf8") : undefined;
  }

  /** Atomic: readers and a killed run see the old text or the new. The run's first save keeps the old as `.bak`. */
  async save(text: string): Promise<void> {
    if (!this.#backedUp) this.#prepare();
    const temporary = join(dirname(this.path), `.${process.pid}.tmp`);
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
  }

  /**
   * Keeps others out, the Pulumi CLI included, until the returned function is called.
   * @throws if someone holds the stack. A lock whose process is gone from this machine is taken away.
   */
  lock(report: (note: string) => void): () => void {
    mkdirSync(this.#locks, { recursive: true });
    const mine = join(this.#locks, `${randomUUID()}.json`);
    const lock: Lock = {
      pid: process.pid,
      username: userInfo().username,
      hostname: hostname(),
      timestamp: new Date().toISOString(),
    };
    // Written under another name first, so that nobody reads half a lock.
    writeFileSync(`${mine}.tmp`, JSON.stringify(lock));
    renameSync(`${mine}.tmp`, mine);
    try {
      // Looked at after our own is there: of two that start at once, at least one sees the other.
      for (const name of readdirSync(this.#locks).filter((name) => name.endsWith(".json"))) {
        const path = join(this.#locks, name);
        if (path !== mine) this.#judge(path, report);
      }
    } catch (error) {
      rmSync(mine, { force: true });
      throw error;
    }
    return () => rmSync(mine, { force: true });
  }

  #judge(path: string, report: (note: string) => void): void {
    let holder: Lock;
    try {
      holder = JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return; // released meanwhile
      throw new Error(`The lock ${path} cannot be read: remove it if no other run is under way`);
    }
    const owner = `${holder.username}@${holder.hostname} (process ${holder.pid}) since ${holder.timestamp}`;
    if (holder.hostname === hostname() && !isRunning(holder)) {
      rmSync(path, { force: true });
      report(`Took over the stack from a run that ended without releasing it: ${owner}`);
      return;
    }
    throw new Error(
      `The stack is in use by ${owner}. Wait for that run to end; if there is none, remove ${path}`,
    );
  }

  #prepare(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    const meta = join(this.#home, "meta.yaml");
    if (!existsSync(meta)) writeFileSync(meta, "version: 1\n");
    if (existsSync(this.path)) copyFileSync(this.path, `${this.path}.bak`);
    this.#backedUp = true;
  }
}

function isRunning(lock: Lock): boolean {
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  if (hasExited(lock.pid)) return false;
  const started = startTime(lock.pid);
  // The id may have gone to a younger process.
  return started === undefined || started <= Date.parse(lock.timestamp) + 2_000;
}

/** A killed process keeps its id, as a zombie, until its parent has asked how it ended. */
function hasExited(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.charAt(stat.lastIndexOf(")") + 2) === "Z";
  } catch {
    return false;
  }
}

/** Milliseconds since the epoch; undefined where the system does not tell (anything but Linux). */
function startTime(pid: number): number | undefined {
  try {
    const bootSeconds = Number(/^btime (\d+)/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22, counted after the command's closing parenthesis; 100 ticks a second on every Linux.
    const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    const milliseconds = (bootSeconds + ticks / 100) * 1000;
    return Number.isFinite(milliseconds) ? milliseconds : undefined;
  } catch {
    return undefined;
  }
}
