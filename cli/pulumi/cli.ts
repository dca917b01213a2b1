import { delimiter, dirname } from "node:path";
import { Interrupted, UserError } from "../errors.ts";
import { pathKey, trustedPath } from "./find-program.ts";
import { type Ended, endOfPulumi, type Output } from "./run.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The Pulumi CLI, with the environment that its commands run in. */
export class PulumiCli {
  readonly program: string;
  readonly signal: AbortSignal;
  #env: Env;

  /** @param env its variables, on top of this process's own */
  constructor(program: string, env: Env, signal: AbortSignal) {
    this.program = program;
    this.signal = signal;
    const key = pathKey(process.env);
    this.#env = {
      ...process.env,
      // The CLI's own folder first: the language hosts that belong to it are there.
      [key]: [dirname(program), ...trustedPath(process.env)].join(delimiter),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Without it there is no flag --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
      ...env,
    };
  }

  get env(): Env {
    return this.#env;
  }

  addEnv(more: Env): void {
    this.#env = { ...this.#env, ...more };
  }

  /** @param limitMs after which it is interrupted; none by default */
  run(words: readonly string[], output: Output, limitMs?: number): Promise<Ended> {
    const signals = [this.signal, ...(limitMs === undefined ? [] : [AbortSignal.timeout(limitMs)])];
    return endOfPulumi(
      { program: this.program, env: this.#env, signal: AbortSignal.any(signals) },
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
