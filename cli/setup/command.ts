import { createWriteStream, mkdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { UserError } from "../errors.ts";
import { type ProcessEnd, startProgram } from "../process.ts";
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
  const output = options.outputFile === undefined ? undefined : fileFor(options.outputFile);
  const { child, end } = startProgram(
    command,
    args,
    {
      env: { ...process.env, PATH: systemPath, LC_ALL: "C.UTF-8", ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: timeoutMs,
    },
    options.input,
  );
  const lines = collectLines(options.onLine);
  if (child.stderr) lines.from(child.stderr);
  if (output === undefined && child.stdout) lines.from(child.stdout);
  if (output !== undefined) child.stdout?.pipe(output);

  const failure = failureOf(await end, timeoutMs);
  if (failure !== undefined) {
    throw new UserError(`${[command, ...args].join(" ").slice(0, 200)}: ${failure}`, lines.last(keptLines));
  }
  if (output !== undefined) await finished(output);
  return lines.all();
}

function failureOf({ code, signal }: ProcessEnd, timeoutMs: number): string | undefined {
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
