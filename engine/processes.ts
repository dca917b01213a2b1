/** Child processes, each in a group of its own, so that a Ctrl-C reaches the engine alone and all of it can end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

const LAST_LINES = 15;
const GRACE_MS = 3_000;
const running = new Set<ChildProcess>();
const ownsGroups = process.platform !== "win32";

// Whatever way the engine ends, short of SIGKILL, nothing that it started outlives it.
process.on("exit", () => {
  for (const child of running) signal(child, "SIGKILL");
});

export interface Command {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

export class Child {
  readonly #child: ChildProcess;
  readonly #lastLines: string[] = [];
  /** Resolves when the process has ended and all that it printed has been read. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  /**
   * @param onLine receives each line that is printed.
   * @throws nothing: a command that cannot be started ends with code 127.
   */
  constructor(
    { command, args, cwd, env }: Command,
    onLine: (stream: "stdout" | "stderr", line: string) => void,
  ) {
    // This very Node first, so that scripts which start with `#!/usr/bin/env node` run on it.
    const path = [dirname(process.execPath), env.PATH].filter(Boolean).join(delimiter);
    const child = spawn(command, args, {
      cwd,
      env: { ...env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
      detached: ownsGroups,
    });
    this.#child = child;
    running.add(child);
    const read = async (name: "stdout" | "stderr", stream: Readable) => {
      for await (const line of createInterface({ input: stream })) {
        this.#lastLines.push(line);
        if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
        onLine(name, line);
      }
    };
    const printed = [read("stdout", child.stdout), read("stderr", child.stderr)];
    const exit = once(child, "exit").catch((error: Error) => {
      this.#lastLines.push(`${command} cannot be started: ${error.message}`);
      return [127, null];
    });
    this.ended = exit.then(async ([code, endedBy]) => {
      // What it started and left behind ends with it.
      signal(child, "SIGKILL");
      running.delete(child);
      // Something that left the group may hold its output open.
      await Promise.race([Promise.all(printed), setTimeout(1_000, undefined, { ref: false })]);
      return { code, signal: endedBy };
    });
  }

  /** The last lines that it printed, or an empty text. */
  get lastWords(): string {
    return this.#lastLines.map((line) => `\n  | ${line}`).join("");
  }

  get hasEnded(): boolean {
    return !running.has(this.#child);
  }

  /** Asks the whole group to end, and after 3 s makes it. */
  async stop(): Promise<void> {
    signal(this.#child, "SIGTERM");
    const late = setTimeout(GRACE_MS, undefined, { ref: false }).then(() => signal(this.#child, "SIGKILL"));
    await Promise.race([this.ended, late]);
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  // The id of a group that has ended may be another's by now.
  if (child.pid === undefined || !running.has(child)) return;
  try {
    if (ownsGroups) process.kill(-child.pid, name);
    else child.kill(name);
  } catch {
    // Gone already.
  }
}
