import { delimiter, dirname } from "node:path";
import type { Env } from "../env.ts";
import { Interrupted, UserError } from "../errors.ts";
import { pathKey, trustedPath } from "../setup/trusted-path.ts";
import type { Cli } from "./find-cli.ts";
import { type Ended, endOfPulumi, type Output } from "./run.ts";

/** The Pulumi CLI, with the environment that its commands run in. */
export class PulumiCli {
  readonly signal: AbortSignal;
  readonly #program: string;
  #env: Env;

  /** @param env variables in addition to those of this process */
  constructor({ program, origin }: Cli, env: Env, signal: AbortSignal) {
    this.#program = program;
    this.signal = signal;
    // Program and plugins run on the Node of this process. The language hosts of a cached CLI are beside it.
    const first = [dirname(process.execPath), ...(origin === "on the PATH" ? [] : [dirname(program)])];
    this.#env = {
      ...process.env,
      [pathKey(process.env)]: [...first, ...trustedPath(process.env)].join(delimiter),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // A plugin would print its port in colour, and the CLI would not recognise it.
      FORCE_COLOR: undefined,
      // The flag --event-log needs it.
      PULUMI_DEBUG_COMMANDS: "true",
      ...env,
    };
  }

  addEnv(more: Env): void {
    this.#env = { ...this.#env, ...more };
  }

  /** @param limitMs it is interrupted after this time; no limit by default */
  run(
    words: readonly string[],
    output: Output,
    { limitMs, input }: { limitMs?: number; input?: string | undefined } = {},
  ): Promise<Ended> {
    const signals = [this.signal, ...(limitMs === undefined ? [] : [AbortSignal.timeout(limitMs)])];
    return endOfPulumi(
      { program: this.#program, env: this.#env, signal: AbortSignal.any(signals), input },
      words,
      output,
    );
  }

  /** @returns what it printed @throws UserError with what it printed as errors, Interrupted */
  async capture(words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run([...words, "--non-interactive"], "capture");
    if (code === 0) return stdout;
    if (this.signal.aborted) throw new Interrupted();
    throw new UserError(
      `pulumi ${words.slice(0, 2).join(" ")} failed (exit code ${code})`,
      stderr.trim() || undefined,
    );
  }
}
