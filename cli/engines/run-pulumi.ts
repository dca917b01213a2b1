import { spawn } from "node:child_process";
import { Interrupted, UserError } from "../errors.ts";

export interface PulumiProcess {
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Where the CLI's standard output goes: to the user, to standard error (ours carries JSON), or to the caller. */
export type Output = "show" | "show on stderr" | "capture";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the Pulumi CLI to its end. @throws UserError if it cannot be started. */
export function endOfPulumi(
  { program, env, signal }: PulumiProcess,
  args: readonly string[],
  output: Output,
): Promise<Ended> {
  const shown = output === "show" ? "inherit" : process.stderr;
  const child = spawn(program, args, {
    env,
    stdio: output === "capture" ? ["ignore", "pipe", "pipe"] : ["inherit", shown, "inherit"],
  });
  // A terminal's Ctrl-C reaches the child by itself, and a second one would make it drop everything.
  const interrupt = () => process.stdin.isTTY || child.kill("SIGINT");
  signal.addEventListener("abort", interrupt);
  let [stdout, stderr] = ["", ""];
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

/** As `endOfPulumi`, where anything but success is an error. @returns what was captured */
export async function runPulumi(
  pulumi: PulumiProcess,
  args: readonly string[],
  output: Output,
): Promise<string> {
  const { code, stdout, stderr } = await endOfPulumi(pulumi, args, output);
  if (code === 0) return stdout;
  if (pulumi.signal.aborted) throw new Interrupted();
  throw new UserError(`pulumi ${args[0]} failed (exit code ${code})`, stderr.trim() || undefined);
}
