import { startProgram, textOf } from "../process.ts";

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
export async function endOfPulumi(
  { program, env, signal, input }: PulumiProcess,
  words: readonly string[],
  output: Output,
): Promise<Ended> {
  const shown = output === "show" ? "inherit" : process.stderr;
  const { child, end } = startProgram(
    program,
    words,
    {
      env,
      stdio:
        output === "capture"
          ? ["ignore", "pipe", "pipe"]
          : [input === undefined ? "inherit" : "pipe", shown, "inherit"],
    },
    input,
  );
  // A terminal's Ctrl-C reaches the child by itself, and a second one would make it stop at once.
  const interrupt = () => (process.stdin.isTTY && signal.reason === "SIGINT") || child.kill("SIGINT");
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt);
  try {
    const [{ code }, stdout, stderr] = await Promise.all([end, textOf(child.stdout), textOf(child.stderr)]);
    return { code, stdout, stderr };
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}
