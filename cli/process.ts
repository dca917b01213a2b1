/** Starts other programs; nothing else in the command line does, except bootstrap.mjs. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { UserError } from "./errors.ts";

export interface ProcessEnd {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  /** Rejected with a UserError if the program cannot be started. */
  readonly end: Promise<ProcessEnd>;
}

/** @param input text for its standard input, which `options.stdio` has to make a pipe */
export function startProgram(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
  input?: string,
): RunningProgram {
  const child = spawn(program, args, options);
  const end = new Promise<ProcessEnd>((resolve, reject) => {
    child.once("error", (error) => reject(new UserError(`${program} cannot be started: ${error.message}`)));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  child.stdin?.on("error", () => {}); // it ended before it read everything: its exit code says why
  child.stdin?.end(input);
  return { child, end };
}

/** All that is written to a stream; empty for one that is not piped. */
export function textOf(stream: Readable | null): Promise<string> {
  return stream === null ? Promise.resolve("") : text(stream);
}

export interface DetachedProgram {
  readonly pid: number | undefined;
  hasEnded(): boolean;
}

/** Starts a program that outlives this process, with its output in a file. */
export function startDetached(
  program: string,
  logFile: string,
  env: Readonly<Record<string, string | undefined>>,
): DetachedProgram {
  const log = openSync(logFile, "w");
  const { child, end } = startProgram(program, [], { detached: true, stdio: ["ignore", log, log], env });
  closeSync(log);
  child.unref();
  let hasEnded = false;
  end
    .catch(() => {})
    .finally(() => {
      hasEnded = true;
    });
  return { pid: child.pid, hasEnded: () => hasEnded };
}
