import { existsSync, readFileSync } from "node:fs";
import { DATADOG_MONITORING } from "../../facts/pipeline.ts";
import type { Context } from "../context.ts";
import { datadogProblem } from "../datadog/problem.ts";
import { Interrupted, PulumiFailed, RefreshFailed, UserError } from "../errors.ts";
import { exitCodeOfPulumi } from "../exit-codes.ts";
import type { ImageSource } from "../images.ts";
import { type Backend, backendEnvironment, backendOf, stackFiles } from "./backend.ts";
import { PulumiCli } from "./cli.ts";
import { type Cli, describeCli } from "./find-cli.ts";
import { refreshLanguageHost } from "./language-host.ts";
import { listLocks, removeEndedLocks, takeTurn, waitForLocks } from "./locks.ts";
import { providePlugins } from "./plugins.ts";
import { hasRetainedRoles, withoutRoles, withoutSupersededRecords } from "./recorded.ts";
import type { Output } from "./run.ts";
import { withScratchFile } from "./scratch-file.ts";
import { type Findings, findings, settle } from "./settle.ts";
import { type Outputs, parseState, type StackState, stateOf, withSecretsFrom } from "./state.ts";
import { StateStore } from "./state-store.ts";
import {
  type Changes,
  changesIn,
  errorsIn,
  isPlanOnly,
  isRefreshFailure,
  isUnchanged,
  sumOf,
} from "./summary.ts";

/** One stack of the project, driven by the Pulumi CLI, whose own display is what the user sees. */
export class PulumiStack {
  readonly #context: Context;
  readonly #backend: Backend;
  readonly #cli: PulumiCli;
  readonly #store: StateStore;
  readonly #description: string;
  #exclusions: readonly string[] = [];

  /** @param images the source of the program's images; undefined: as configured */
  constructor(context: Context, cli: Cli, images?: ImageSource) {
    const { options, project, signal } = context;
    this.#context = context;
    this.#backend = backendOf(project, process.env, options.backend);
    const env = {
      ...(images !== undefined && { COMMERCE_IMAGES: images }),
      ...backendEnvironment(this.#backend, project, process.env),
    };
    this.#cli = new PulumiCli(cli, env, signal);
    this.#store = new StateStore(this.#cli, project, this.#backend);
    this.#description = describeCli(cli);
    if (cli.origin === "built from source") refreshLanguageHost(cli.program);
  }

  /**
   * Refreshes everything, then applies the program.
   *
   * @param asks whether the CLI shows the plan and asks for confirmation
   * @param isFree called once no other run is active on the stack
   * @returns what was changed, and the program's outputs with secrets in clear text
   * @throws UserError when it failed or was declined; the CLI has shown why
   */
  up(asks: boolean, isFree: () => Promise<void>): Promise<{ changes: Changes; outputs: Outputs }> {
    return this.#inTurn(() => this.#up(asks, isFree));
  }

  async #up(asks: boolean, isFree: () => Promise<void>): Promise<{ changes: Changes; outputs: Outputs }> {
    await this.#prepare();
    await this.#leaveDatadogIfRefused();
    const { isServiceMissing, deployment } = await this.#settle();
    await isFree();
    // Updates differ too much for the last one to tell how long the next one takes.
    const isNew = (deployment.resources ?? []).length === 0;
    const created = isNew && !asks ? this.#context.console.phase(`Creating ${this.#title}`) : () => undefined;
    const words = asks ? [] : ["--yes", "--skip-preview"];
    // Tables and roles can only be read once their server is back.
    const first = isServiceMissing ? await this.#operate(["up", ...words]) : {};
    // In parallel with the run: the CLI takes half a second to decrypt the state.
    const before = this.#files !== undefined ? this.state(true).catch(() => undefined) : undefined;
    const changes = sumOf(first, await this.#refreshAndApply(words));
    created();
    return { changes, outputs: await this.#outputsAfter(changes, await before) };
  }

  /**
   * An update that failed half-way may have moved a server, or changed its password, without recording that for what is
   * in it. It can only be read after the program has been applied.
   */
  async #refreshAndApply(words: readonly string[]): Promise<Changes> {
    try {
      return await this.#operate(["up", "--refresh", ...words]);
    } catch (error) {
      if (!(error instanceof RefreshFailed)) throw error;
      this.#context.console.line("Not everything can be read as recorded: the program is applied first.");
      const applied = await this.#operate(["up", ...words]);
      return sumOf(applied, await this.#operate(["up", "--refresh", ...words]));
    }
  }

  /** Without changes, the secrets are the same; the refresh may have updated other outputs. */
  async #outputsAfter(changes: Changes, before: StackState | undefined): Promise<Outputs> {
    if (before !== undefined && isUnchanged(changes)) {
      const after = await this.state(false);
      const outputs = after && withSecretsFrom(before.outputs, after.outputs);
      if (outputs !== undefined) return outputs;
    }
    return (await this.state(true))?.outputs ?? {};
  }

  /** @param asJson prints the plan in Pulumi's JSON, and nothing else, to standard output */
  async preview(asJson: boolean): Promise<void> {
    const { console, project } = this.#context;
    await this.#prepare();
    await this.#leaveDatadogIfRefused();
    if (this.#locks().every(({ state }) => state === "ended"))
      await this.#store.edit(withoutSupersededRecords);
    const { isServiceMissing } = await findings(this.#store, project);
    if (isServiceMissing) {
      console.line(
        `${this.#postgresIsGone("roles cannot be read")}: the preview relies on the recorded state.`,
      );
    }
    const words = asJson ? ["--json"] : [];
    const output = asJson ? "show" : this.#shown;
    const refresh = isServiceMissing ? [] : ["--refresh"];
    await this.#operate(["preview", ...refresh, ...words], output).catch(async (error: unknown) => {
      if (!(error instanceof RefreshFailed) || asJson) throw error;
      console.line("Not everything can be read as recorded: the preview relies on the recorded state.");
      await this.#operate(["preview", ...words], output);
    });
  }

  refresh(): Promise<void> {
    return this.#inTurn(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    await this.#prepare();
    await this.#leaveDatadogIfRefused();
    const { isServiceMissing } = await this.#settle();
    if (isServiceMissing) {
      throw new UserError(this.#postgresIsGone("roles cannot be read"), `${this.#recreate}.`);
    }
    await this.#operate(["refresh", "--yes", "--skip-preview"]);
  }

  /** @param purge deletes the data, whatever is recorded */
  destroy(purge: boolean): Promise<void> {
    return this.#inTurn(() => this.#destroy(purge));
  }

  async #destroy(purge: boolean): Promise<void> {
    await this.#prepare();
    const { isServiceMissing, deployment } = await this.#settle(purge);
    if (isServiceMissing && hasRetainedRoles(deployment)) {
      if (!purge) {
        throw new UserError(
          this.#postgresIsGone("its roles cannot be removed"),
          `${this.#recreate}. If the data may be deleted, use --purge.`,
        );
      }
      await this.#store.edit(withoutRoles);
    }
    const destroyed = this.#context.console.phase(`Destroying ${this.#title}`);
    await this.#operate(["destroy", "--yes", "--skip-preview"]);
    destroyed();
  }

  get #title(): string {
    const { name, stack } = this.#context.project;
    return `${name} ${stack}`;
  }

  #postgresIsGone(consequence: string): string {
    return `the Postgres container is gone, so ${consequence}`;
  }

  get #recreate(): string {
    return `\`${this.#context.hint("up")}\` creates it again`;
  }

  /** Waits for another run on the stack. */
  async waitForOthers(): Promise<void> {
    const { console, signal } = this.#context;
    if (this.#files !== undefined) await waitForLocks(this.#files.turns, console, signal);
    await this.#waitForPulumi();
  }

  async #waitForPulumi(): Promise<void> {
    const { console, signal } = this.#context;
    // Only the locks of file backends can be checked.
    if (this.#files !== undefined) await waitForLocks(this.#files.locks, console, signal);
  }

  /**
   * The recorded state of the stack; undefined if the stack does not exist.
   *
   * @param showSecrets outputs have secrets in clear text, which takes a second, else `[secret]`
   */
  async state(showSecrets: boolean): Promise<StackState | undefined> {
    if (!showSecrets && this.#store.isInFile) return stateOf(await this.#store.read());
    const exported = await this.#store.export({ showSecrets });
    return exported === undefined ? undefined : parseState(exported);
  }

  /** What is wrong with the configured keys for Datadog; undefined if nothing, or without keys. */
  datadogProblem(): Promise<string | undefined> {
    return datadogProblem(this.#context, (flags) =>
      this.#cli.capture(["config", ...flags, ...this.#onStack]),
    );
  }

  /**
   * Runs the CLI with the user's own words. The stack is in the environment, as not every command has a flag for it.
   *
   * @param input its standard input; undefined: this process's own
   * @returns the exit code, one of exit-codes.ts
   */
  async run(words: readonly string[], input?: string): Promise<number> {
    const { console, project } = this.#context;
    this.#cli.addEnv(await providePlugins(this.#cli, console));
    this.#cli.addEnv({ PULUMI_STACK: project.stack });
    // A stack has configuration before its first `up`.
    if (words[0] === "config" || words[0] === "import") await this.#store.ensureStack();
    const { code } = await this.#cli.run(["--cwd", project.dir, ...words], "show", { input });
    if (this.#cli.signal.aborted) throw new Interrupted();
    return exitCodeOfPulumi(code);
  }

  get #onStack(): readonly string[] {
    const { stack, dir } = this.#context.project;
    return ["--stack", stack, "--cwd", dir];
  }

  get #shown(): Output {
    return this.#context.options.json ? "show on stderr" : "show";
  }

  get #files() {
    const { folder } = this.#backend;
    const { name, stack } = this.#context.project;
    return folder === undefined ? undefined : stackFiles(folder, name, stack);
  }

  #locks() {
    return this.#files === undefined ? [] : listLocks(this.#files.locks);
  }

  /** Provides the plugins and the stack, which every operation on resources needs. */
  async #prepare(): Promise<void> {
    const { console, style } = this.#context;
    console.line(style.dim(this.#description));
    this.#cli.addEnv(await providePlugins(this.#cli, console));
    await this.#store.ensureStack();
  }

  /** Every operation that changes something, from its clean-up to its end: one at a time. */
  async #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    const { console, signal } = this.#context;
    if (this.#files === undefined) return operation();
    const endTurn = await takeTurn(this.#files.turns, console, signal);
    try {
      return await operation();
    } finally {
      endTurn();
    }
  }

  /** Before every operation that changes something: waits for Pulumi's own runs, and cleans up after killed ones. */
  async #settle(mayLoseAll = false): Promise<Findings> {
    const { console, project, hint } = this.#context;
    await this.#waitForPulumi();
    const wasKilled = this.#files !== undefined && removeEndedLocks(this.#files.locks, console);
    return settle(this.#store, project, { wasKilled, mayLoseAll }, { console, hint });
  }

  /**
   * Datadog's plugin would fail the whole run. The program does not declare what it has in Datadog then, and because that
   * is excluded, it is neither deleted nor read.
   */
  async #leaveDatadogIfRefused(): Promise<void> {
    const { console, project, options } = this.#context;
    // Pulumi takes either targets or exclusions.
    if (!project.ownKeys.has("datadogAppKey") || options.target.length > 0) return;
    const problem = await this.datadogProblem();
    if (problem === undefined) return;
    console.line(`${problem}. Its dashboard, monitors and objective are left as they are.`);
    this.#cli.addEnv({ [DATADOG_MONITORING.leaveVariable]: "true" });
    this.#exclusions = ["--exclude", `**${DATADOG_MONITORING.type}**`];
  }

  async #operate(words: readonly string[], output = this.#shown): Promise<Changes> {
    const { diff, target, targetDependents, replace } = this.#context.options;
    const selection = [
      ...(diff ? ["--diff"] : []),
      ...target.flatMap((urn) => ["--target", urn]),
      ...(targetDependents ? ["--target-dependents"] : []),
      ...replace.flatMap((urn) => ["--replace", urn]),
    ];
    return withScratchFile("events.json", async (events) => {
      const all = [...words, ...selection, ...this.#exclusions, ...this.#onStack, "--event-log", events];
      const { code } = await this.#cli.run(all, output);
      if (this.#cli.signal.aborted) throw new Interrupted();
      const log = existsSync(events) ? readFileSync(events, "utf8") : "";
      if (code !== 0 && log === "" && this.#locks().some(({ state }) => state === "running")) {
        // Another run has started in the meantime, and the CLI did nothing.
        await this.#waitForPulumi();
        return this.#operate(words, output);
      }
      if (code !== 0) throw failure(words[0] ?? "", code, log);
      return changesIn(log);
    });
  }
}

function failure(verb: string, code: number | null, log: string): PulumiFailed {
  const isPlanned = isPlanOnly(log);
  const hint =
    verb === "preview" || isPlanned
      ? "Nothing was changed."
      : "What was done is recorded. Once the cause is fixed, the same command continues from there.";
  const what = isPlanned && verb !== "preview" ? "was not carried out" : "failed";
  const text = `${verb} ${what}, for the reason above (exit code ${code})`;
  const Failed = isRefreshFailure(log) ? RefreshFailed : PulumiFailed;
  return new Failed(text, hint, errorsIn(log));
}
