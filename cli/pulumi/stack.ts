import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { Interrupted, UserError } from "../errors.ts";
import type { ImageSource } from "../images.ts";
import { type Backend, backendEnvironment, backendOf, readStateFile, stackFiles } from "./backend.ts";
import { refreshLanguageHost } from "./built-cli.ts";
import { PulumiCli } from "./cli.ts";
import { takeOverLocks } from "./locks.ts";
import { type Cli, describeCli } from "./obtain.ts";
import { providePlugins } from "./plugins.ts";
import type { Output } from "./run.ts";
import { dropSupersededRecords, type StateStore, settle } from "./settle.ts";
import { type Deployment, parseState, type StackState } from "./state.ts";
import { type Changes, changesIn, sumOf } from "./summary.ts";

/** One stack of the project, driven by the Pulumi CLI, whose own display is what the user sees. */
export class PulumiStack {
  readonly #context: Context;
  readonly #backend: Backend;
  readonly #cli: PulumiCli;
  readonly #description: string;
  readonly #inProject: readonly string[];
  readonly #onStack: readonly string[];

  /**
   * @param images where the program takes its images from; undefined: as configured
   */
  constructor(context: Context, cli: Cli, images?: ImageSource) {
    const { options, project, signal } = context;
    this.#context = context;
    this.#backend = backendOf(project, process.env, options.backend);
    this.#inProject = ["--cwd", project.dir];
    this.#onStack = ["--stack", project.stack, ...this.#inProject];
    this.#cli = new PulumiCli(
      cli.program,
      {
        ...(images !== undefined && { COMMERCE_IMAGES: images }),
        ...backendEnvironment(this.#backend, project, process.env),
      },
      signal,
    );
    this.#description = describeCli(cli);
    refreshLanguageHost(cli.program);
  }

  /**
   * Makes the live system what the program says, after reading every resource.
   *
   * @param asks whether the CLI shows the plan and asks first
   * @throws UserError when it failed; the CLI has then shown why
   */
  async up(asks: boolean): Promise<Changes> {
    await this.#prepare();
    const isServiceMissing = await this.#settle();
    const words = asks ? [] : ["--yes", "--skip-preview"];
    // A table or role can only be read once its server is there again.
    const first = isServiceMissing ? await this.#operate(["up", ...words]) : {};
    return sumOf(first, await this.#operate(["up", "--refresh", ...words]));
  }

  /** @param asJson the plan goes to standard output in Pulumi's JSON, and nothing else does */
  async preview(asJson: boolean): Promise<void> {
    await this.#prepare();
    await this.#operate(
      ["preview", "--refresh", ...(asJson ? ["--json"] : [])],
      asJson ? "show" : this.#shown,
    );
  }

  async refresh(): Promise<void> {
    await this.#prepare();
    await this.#settle();
    await this.#operate(["refresh", "--yes", "--skip-preview"]);
  }

  async destroy(): Promise<void> {
    await this.#prepare();
    await this.#settle();
    await this.#operate(["destroy", "--yes", "--skip-preview"]);
  }

  /**
   * What is recorded of the stack; undefined when there is no such stack (yet).
   *
   * @param withSecrets secrets in the outputs in the clear, else `[secret]`
   */
  async state(withSecrets: boolean): Promise<StackState | undefined> {
    if (this.#isUnwritten()) return undefined;
    const words = ["stack", "export", ...(withSecrets ? ["--show-secrets"] : []), ...this.#onStack];
    const { code, stdout, stderr } = await this.#cli.run([...words, "--non-interactive"], "capture");
    if (code === 0) return parseState(stdout);
    if (/no stack named/.test(stderr)) return undefined;
    const { stack } = this.#context.project;
    throw new UserError(`the state of stack ${stack} cannot be read`, stderr.trim() || undefined);
  }

  /** Runs the CLI with the user's own words. @returns its exit code */
  async run(words: readonly string[]): Promise<number> {
    if (words[0] === "import") await this.#prepare();
    // A stack that has never been up has configuration all the same.
    else if (words[0] === "config") await this.#ensureStack();
    const end = words.indexOf("--");
    const at = end < 0 ? words.length : end;
    const all = [...words.slice(0, at), ...this.#onStack, ...words.slice(at)];
    return (await this.#cli.run(all, "show")).code ?? 1;
  }

  get #shown(): Output {
    return this.#context.options.json ? "show on stderr" : "show";
  }

  /** A folder is quicker to look into than the CLI is to answer. */
  #isUnwritten(): boolean {
    const { project } = this.#context;
    return this.#backend.folder !== undefined && readStateFile(this.#backend, project) === undefined;
  }

  async #ensureStack(): Promise<void> {
    const { stack } = this.#context.project;
    if (this.#backend.folder === undefined || this.#isUnwritten())
      await this.#cli.capture(["stack", "select", "--create", stack, ...this.#inProject]);
  }

  /** What every operation on resources needs: the plugins, and a stack whose records this version understands. */
  async #prepare(): Promise<void> {
    const { console, style } = this.#context;
    console.line(style.dim(this.#description));
    this.#cli.addEnv(await providePlugins(this.#cli, console));
    await this.#ensureStack();
    await dropSupersededRecords(this.#store);
  }

  /** What every operation that changes something needs: no other run, and nothing that a killed one has left. */
  async #settle(): Promise<boolean> {
    const { console, signal, project } = this.#context;
    const { folder } = this.#backend;
    // Other backends' locks are theirs to judge.
    const wasKilled =
      folder !== undefined &&
      (await takeOverLocks(stackFiles(folder, project.name, project.stack).locks, console, signal));
    return settle(this.#store, project, wasKilled);
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
      if (code !== 0) throw failure(words[0] ?? "", code);
      return changesIn(existsSync(events) ? readFileSync(events, "utf8") : "");
    });
  }

  readonly #store: StateStore = {
    read: async () => {
      const file = readStateFile(this.#backend, this.#context.project);
      if (file !== undefined) return JSON.parse(file).checkpoint?.latest ?? undefined;
      return this.#isUnwritten() ? undefined : (await this.#export()).deployment;
    },
    edit: async (edit) => {
      const { deployment = {}, ...rest } = await this.#export();
      await withScratchFile("state.json", async (file) => {
        writeFileSync(file, JSON.stringify({ ...rest, deployment: edit(deployment) }), { mode: 0o600 });
        await this.#cli.capture(["stack", "import", "--file", file, ...this.#onStack]);
      });
    },
  };

  /** Secrets stay encrypted. */
  async #export(): Promise<{ deployment?: Deployment }> {
    return JSON.parse(await this.#cli.capture(["stack", "export", ...this.#onStack]));
  }
}

function failure(verb: string, code: number | null): UserError {
  const hint =
    verb === "preview"
      ? "Nothing was changed."
      : "What was done is recorded. Once the cause is fixed, the same command continues from there.";
  return new UserError(`${verb} failed, for the reason above (exit code ${code})`, hint);
}

async function withScratchFile<T>(name: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "commerce-"));
  try {
    return await use(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
