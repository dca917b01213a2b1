import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { UserError } from "../errors.ts";
import { trustedPath } from "./trusted-path.ts";

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Text for its standard input. */
  readonly input?: string;
  /** A file for its standard output, which is otherwise read as lines, like standard error. */
  readonly outputFile?: string;
  /** Called with each line, to show progress. */
  onLine?(line: string): void;
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 5 * 60_000;
const keptLines = 15;

/** Not every root shell has /usr/sbin on its PATH. */
export const systemPath = [...trustedPath(process.env), "/usr/sbin", "/sbin"].join(delimiter);

/**
 * Runs a program to its end, silently.
 *
 * @returns what it printed to standard output and standard error; with `outputFile`, standard error only
 * @throws UserError with its last lines when it cannot be started, fails, or takes longer than `timeoutMs` (default
 *   five minutes)
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { timeoutMs = defaultTimeoutMs } = options;
  const child = spawn(command, args, {
    env: { ...process.env, PATH: systemPath, LC_ALL: "C.UTF-8", ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    timeout: timeoutMs,
  });
  const lines = collectLines(options.onLine);
  if (child.stderr) lines.from(child.stderr);
  const output = options.outputFile === undefined ? undefined : fileFor(options.outputFile);
  if (output === undefined && child.stdout) lines.from(child.stdout);
  if (output !== undefined) child.stdout?.pipe(output);
  child.stdin?.on("error", () => {}); // it ended before it read everything: its exit code says why
  child.stdin?.end(options.input);

  const failure = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(exitReason(code, signal, timeoutMs)));
  });
  if (output !== undefined && failure === undefined) await finished(output);
  if (failure !== undefined) {
    throw new UserError(`${[command, ...args].join(" ").slice(0, 200)}: ${failure}`, lines.last(keptLines));
  }
  return lines.all();
}

function exitReason(code: number | null, signal: string | null, timeoutMs: number): string | undefined {
  if (code === 0) return undefined;
  return code === null ? `ended by ${signal} (limit ${timeoutMs / 1000} s)` : `exit code ${code}`;
}

function fileFor(path: string) {
  mkdirSync(dirname(path), { recursive: true });
  return createWriteStream(path);
}

function collectLines(onLine: ((line: string) => void) | undefined) {
  const lines: string[] = [];
  const put = (line: string) => {
    lines.push(line);
    onLine?.(line);
  };
  return {
    from: (stream: Readable) =>
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", put),
    all: () => lines.join("\n"),
    last: (count: number) =>
      lines
        .filter((line) => line.trim() !== "")
        .slice(-count)
        .join("\n"),
  };
}
