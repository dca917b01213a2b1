import { existsSync, readFileSync } from "node:fs";
import type { Context } from "../context.ts";
import { Interrupted, UserError } from "../errors.ts";
import type { ImageSource } from "../images.ts";
import { type Backend, backendEnvironment, backendOf, stackFiles } from "./backend.ts";
import { refreshLanguageHost } from "./built-cli.ts";
import { PulumiCli } from "./cli.ts";
import { takeOverLocks } from "./locks.ts";
import { type Cli, describeCli } from "./obtain.ts";
import { providePlugins } from "./plugins.ts";
import type { Output } from "./run.ts";
import { withScratchFile } from "./scratch-file.ts";
import { dropSupersededRecords, settle } from "./settle.ts";
import { parseState, type StackState } from "./state.ts";
import { StateStore } from "./state-store.ts";
import { type Changes, changesIn, isPlanOnly, sumOf } from "./summary.ts";

/** One stack of the project, driven by the Pulumi CLI, whose own display is what the user sees. */
export class PulumiStack {
  readonly #context: Context;
  readonly #backend: Backend;
  readonly #cli: PulumiCli;
  readonly #store: StateStore;
  readonly #description: string;

  /** @param images where the program takes its images from; undefined: as configured */
  constructor(context: Context, cli: Cli, images?: ImageSource) {
    const { options, project, signal } = context;
    this.#context = context;
    this.#backend = backendOf(project, process.env, options.backend);
    const env = {
      ...(images !== undefined && { COMMERCE_IMAGES: images }),
      ...backendEnvironment(this.#backend, project, process.env),
    };
    this.#cli = new PulumiCli(cli.program, env, signal);
    this.#store = new StateStore(this.#cli, project, this.#backend);
    this.#description = describeCli(cli);
    refreshLanguageHost(cli.program);
  }

  /**
   * Makes the live system what the program says, after reading every resource.
   *
   * @param asks whether the CLI shows the plan and asks first
   * @throws UserError when it failed, or was not agreed to; the CLI has then shown why
   */
  async up(asks: boolean): Promise<Changes> {
    await this.#prepare();
    const { isServiceMissing } = await settle(this.#store, this.#context.project, await this.#takeOver());
    const words = asks ? [] : ["--yes", "--skip-preview"];
    // A table or role can only be read once its server is there again.
    const first = isServiceMissing ? await this.#operate(["up", ...words]) : {};
    return sumOf(first, await this.#operate(["up", "--refresh", ...words]));
  }

  /** @param asJson the plan goes to standard output in Pulumi's JSON, and nothing else does */
  async preview(asJson: boolean): Promise<void> {
    await this.#prepare();
    const { isServiceMissing } = await settle(this.#store, this.#context.project, { wasKilled: false });
    const words = [...(isServiceMissing ? [] : ["--refresh"]), ...(asJson ? ["--json"] : [])];
    await this.#operate(["preview", ...words], asJson ? "show" : this.#shown);
  }

  refresh(): Promise<void> {
    return this.#settledOperation(["refresh", "--yes", "--skip-preview"]);
  }

  destroy(): Promise<void> {
    return this.#settledOperation(["destroy", "--yes", "--skip-preview"]);
  }

  /**
   * What is recorded of the stack; undefined when there is no such stack (yet).
   *
   * @param showSecrets secrets in the outputs in the clear, else `[secret]`
   */
  async state(showSecrets: boolean): Promise<StackState | undefined> {
    const exported = await this.#store.export({ showSecrets });
    return exported === undefined ? undefined : parseState(exported);
  }

  /** Runs the CLI with the user's own words. @returns its exit code */
  async run(words: readonly string[]): Promise<number> {
    this.#cli.addEnv(await providePlugins(this.#cli, this.#context.console));
    // A stack that has never been up has configuration all the same.
    if (words[0] === "config" || words[0] === "import") await this.#store.ensureStack();
    const end = words.indexOf("--");
    const at = end < 0 ? words.length : end;
    const all = [...words.slice(0, at), ...this.#onStack, ...words.slice(at)];
    return (await this.#cli.run(all, "show")).code ?? 1;
  }

  get #onStack(): readonly string[] {
    const { stack, dir } = this.#context.project;
    return ["--stack", stack, "--cwd", dir];
  }

  get #shown(): Output {
    return this.#context.options.json ? "show on stderr" : "show";
  }

  /** What every operation on resources needs: the plugins, and a stack whose records this version understands. */
  async #prepare(): Promise<void> {
    const { console, style } = this.#context;
    console.line(style.dim(this.#description));
    this.#cli.addEnv(await providePlugins(this.#cli, console));
    await this.#store.ensureStack();
    await dropSupersededRecords(this.#store);
  }

  /** Waits for another run on the stack. @returns whether the last one was killed */
  async #takeOver(): Promise<{ wasKilled: boolean }> {
    const { console, signal, project } = this.#context;
    const { folder } = this.#backend;
    // Other backends' locks are theirs to judge.
    if (folder === undefined) return { wasKilled: false };
    const { locks } = stackFiles(folder, project.name, project.stack);
    return { wasKilled: await takeOverLocks(locks, console, signal) };
  }

  async #settledOperation(words: readonly string[]): Promise<void> {
    await this.#prepare();
    await settle(this.#store, this.#context.project, await this.#takeOver());
    await this.#operate(words);
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
      const all = [...words, ...selection, ...this.#onStack, "--event-log", events];
      const { code } = await this.#cli.run(all, output);
      if (this.#cli.signal.aborted) throw new Interrupted();
      const log = existsSync(events) ? readFileSync(events, "utf8") : "";
      if (code !== 0) throw failure(words[0] ?? "", code, isPlanOnly(log));
      return changesIn(log);
    });
  }
}

function failure(verb: string, code: number | null, isPlanned: boolean): UserError {
  const hint =
    verb === "preview" || isPlanned
      ? "Nothing was changed."
      : "What was done is recorded. Once the cause is fixed, the same command continues from there.";
  const what = isPlanned && verb !== "preview" ? "was not carried out" : "failed";
  return new UserError(`${verb} ${what}, for the reason above (exit code ${code})`, hint);
}
