import type Docker from "dockerode";
import { UsageMeter } from "../container-usage.ts";
import type { Context } from "../context.ts";
import { findDocker } from "../docker.ts";
import { openRecordedStack } from "../pulumi/open.ts";
import { stackLocks } from "../pulumi/stack-locks.ts";
import type { StackState } from "../pulumi/state.ts";
import { textOutput } from "../text-output.ts";
import { healthOf } from "./conditions.ts";
import { isDrifted } from "./drift.ts";
import type { StackReport } from "./facts.ts";
import { recordedIn } from "./recorded.ts";

/** Reports on a stack, once or again and again. */
export class Reporter {
  readonly #context: Context;
  #meter: UsageMeter | undefined;
  /** Without its secrets. */
  #state: StackState | undefined;
  #readerUrl: Promise<string | undefined> | undefined;
  #datadogProblem: Promise<string | undefined> | undefined;
  /** While all is well, the state is not read again, which would cost more than all the rest. */
  #isWell = false;

  constructor(context: Context) {
    this.#context = context;
  }

  async report(): Promise<StackReport> {
    let report = await this.#read(!this.#isWell);
    // It may only differ from what was recorded earlier.
    if (this.#isWell && isDriftedIn(report)) report = await this.#read(true);
    this.#isWell = healthOf(report, this.#context.hint) === "healthy" && !isDriftedIn(report);
    return report;
  }

  async #read(isStateRead: boolean): Promise<StackReport> {
    const { project } = this.#context;
    // What another command is changing differs for a while from what is recorded.
    const isChanging = stackLocks(this.#context).some(({ state }) => state !== "ended");
    if (isStateRead) await this.#recall();
    // Loaded while the CLI decrypts, which takes a second.
    const [docker, { collectReport }] = await Promise.all([this.#findDocker(), import("./collect.ts")]);
    const reading = collectReport(project, docker, this.#state?.outputs ?? {}, {
      usage: this.#meter?.measure(),
      recorded: isChanging ? undefined : recordedIn(this.#state),
      readerUrl: this.#readerUrl,
    });
    // A state that cannot be decrypted is an error, even where no service runs that would be asked with it.
    const [report, datadogProblem] = await Promise.all([reading, this.#datadogProblem, this.#readerUrl]);
    return { ...report, datadogProblem };
  }

  async #findDocker(): Promise<Docker | undefined> {
    const docker = await findDocker();
    this.#meter ??= docker && new UsageMeter(docker, this.#context.project);
    return docker;
  }

  /** Reads the state, and begins what takes longer. */
  async #recall(): Promise<void> {
    const stack = await openRecordedStack(this.#context);
    this.#readerUrl = stack?.state(true).then((state) => state && textOutput(state.outputs, "readerUrl"));
    this.#datadogProblem = stack?.datadogProblem();
    // They are awaited later, and may fail before that.
    for (const pending of [this.#readerUrl, this.#datadogProblem]) pending?.catch(() => undefined);
    this.#state = await stack?.state(false);
  }
}

const isDriftedIn = ({ drift }: StackReport) => drift !== undefined && isDrifted(drift);
