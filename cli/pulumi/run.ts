import { spawn } from "node:child_process";
import { UserError } from "../errors.ts";

export interface PulumiProcess {
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Text for its standard input, where its output is shown; by default it reads this process's own. */
  readonly input?: string | undefined;
}

/** Where the CLI's standard output goes: to the user, to standard error (ours carries JSON), or to the caller. */
export type Output = "show" | "show on stderr" | "capture";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the Pulumi CLI to its end, on this terminal where its output is shown.
 *
 * @throws UserError if it cannot be started
 */
export function endOfPulumi(
  { program, env, signal, input }: PulumiProcess,
  words: readonly string[],
  output: Output,
): Promise<Ended> {
  const shown = output === "show" ? "inherit" : process.stderr;
  const child = spawn(program, words, {
    env,
    stdio:
      output === "capture"
        ? ["ignore", "pipe", "pipe"]
        : [input === undefined ? "inherit" : "pipe", shown, "inherit"],
  });
  child.stdin?.on("error", () => {}); // it ended before it read everything: its exit code says why
  child.stdin?.end(input);
  // A terminal's Ctrl-C reaches the child by itself, and a second one would make it stop at once.
  const interrupt = () => (process.stdin.isTTY && signal.reason === "SIGINT") || child.kill("SIGINT");
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new UserError(`${program} cannot be started: ${error.message}`)));
    child.on("close", (code) => {
      signal.removeEventListener("abort", interrupt);
      resolve({ code, stdout, stderr });
    });
  });
}
