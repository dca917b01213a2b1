/** The engine as a process of its own, and what it leaves behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Workspace } from "./workspace.ts";

const main = join(import.meta.dirname, "..", "..", "engine", "main.ts");

export interface EngineProcess {
  child: ChildProcess;
  output: () => string;
}

/** @param shell what starts it, in place of this process. */
export function startEngine(
  stack: Workspace,
  verb: string,
  env: NodeJS.ProcessEnv = {},
  shell: string[] = [],
): EngineProcess {
  const command = [process.execPath, main, verb, "--cwd", stack.projectDir, "--stack", "dev"];
  const [program = "", ...args] = [...shell, ...command];
  const child = spawn(program, args, {
    env: { ...process.env, PULUMI_SKIP_CONFIRMATIONS: "true", ...stack.options.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  return { child, output: () => output };
}

/** Waits until nothing that works for the stack is there. */
export async function untilNoneIsLeft(stack: Workspace): Promise<void> {
  await expect.poll(() => processesOf(stack), { timeout: 5_000 }).toEqual([]);
}

export async function until(what: () => boolean): Promise<void> {
  await expect.poll(what, { timeout: 30_000 }).toBe(true);
}

/** The commands of all processes that work for a stack: each has its folder in the environment. */
export function processesOf(stack: Workspace): string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(`KFC_DIR=${stack.world}\0`)) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      if (command) found.push(`${pid} ${command}`);
    } catch {
      // Gone, or another user's.
    }
  }
  return found;
}
