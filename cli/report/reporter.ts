import { UsageMeter } from "../container-usage.ts";
import type { Context } from "../context.ts";
import { findDocker } from "../docker.ts";
import { openRecordedStack } from "../pulumi/open.ts";
import { stackLocks } from "../pulumi/stack-locks.ts";
import type { StackState } from "../pulumi/state.ts";
import { collectReport } from "./collect.ts";
import { healthOf } from "./conditions.ts";
import { isDrifted } from "./drift.ts";
import type { StackReport } from "./facts.ts";
import { recordedIn } from "./recorded.ts";

/** Reports on a stack, once or again and again. */
export class Reporter {
  readonly #context: Context;
  #meter: UsageMeter | undefined;
  #state: StackState | undefined;
  #datadogProblem: string | undefined;
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
    const docker = await findDocker();
    // The first sample is taken while the state is read.
    this.#meter ??= docker && new UsageMeter(docker, project);
    // What another command is changing differs for a while from what is recorded.
    const isChanging = stackLocks(this.#context).some(({ state }) => state !== "ended");
    if (isStateRead) await this.#recall();
    const report = await collectReport(project, docker, this.#state?.outputs ?? {}, {
      usage: this.#meter?.measure(),
      recorded: isChanging ? undefined : recordedIn(this.#state),
    });
    return { ...report, datadogProblem: this.#datadogProblem };
  }

  async #recall(): Promise<void> {
    const stack = await openRecordedStack(this.#context);
    [this.#state, this.#datadogProblem] = await Promise.all([stack?.state(true), stack?.datadogProblem()]);
  }
}

const isDriftedIn = ({ drift }: StackReport) => drift !== undefined && isDrifted(drift);
