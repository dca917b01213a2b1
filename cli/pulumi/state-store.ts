import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Interrupted, UserError } from "../errors.ts";
import { pulumiStackNotFound } from "../exit-codes.ts";
import type { Project } from "../project.ts";
import { type Backend, isUnwritten, stackFiles } from "./backend.ts";
import type { PulumiCli } from "./cli.ts";
import { withScratchFile } from "./scratch-file.ts";
import { dropForeignSalt } from "./stack-file.ts";
import type { Deployment } from "./state.ts";

/** The recorded state of one stack: read from its file where it has one, which is faster, else by the CLI. */
export class StateStore {
  readonly #cli: PulumiCli;
  readonly #project: Project;
  readonly #backend: Backend;
  /** The stack's file; undefined where state is not kept in a folder. */
  readonly #file: string | undefined;

  constructor(cli: PulumiCli, project: Project, backend: Backend) {
    this.#cli = cli;
    this.#project = project;
    this.#backend = backend;
    const { folder } = backend;
    this.#file = folder && stackFiles(folder, project.name, project.stack).state;
  }

  get isUnwritten(): boolean {
    return isUnwritten(this.#backend, this.#project);
  }

  /** Whether `read` takes no time. */
  get isInFile(): boolean {
    return this.#file !== undefined && existsSync(this.#file);
  }

  /** Creates the stack if it does not exist. The user's selected stack stays selected. */
  async ensureStack(): Promise<void> {
    const exists = this.#file === undefined ? (await this.export()) !== undefined : !this.isUnwritten;
    if (exists) return;
    dropForeignSalt(this.#project);
    await this.#cli.capture([
      "stack",
      "init",
      this.#project.stack,
      "--no-select",
      "--cwd",
      this.#project.dir,
    ]);
  }

  /** The text of `pulumi stack export`; undefined when there is no such stack. */
  async export({ showSecrets = false } = {}): Promise<string | undefined> {
    if (this.isUnwritten) return undefined;
    const words = ["stack", "export", ...(showSecrets ? ["--show-secrets"] : []), ...this.#onStack];
    const { code, stdout, stderr } = await this.#cli.run([...words, "--non-interactive"], "capture");
    if (code === 0) return stdout;
    if (code === pulumiStackNotFound) return undefined;
    if (this.#cli.signal.aborted) throw new Interrupted();
    throw new UserError(
      `the state of stack ${this.#project.stack} cannot be read (exit code ${code})`,
      stderr.trim() || undefined,
    );
  }

  /** Secrets stay encrypted. Undefined when there is no such stack, or nothing in it. */
  async read(): Promise<Deployment | undefined> {
    if (this.#file !== undefined && this.isInFile) {
      return JSON.parse(readFileSync(this.#file, "utf8")).checkpoint?.latest ?? undefined;
    }
    return JSON.parse((await this.export()) ?? "{}").deployment ?? undefined;
  }

  /**
   * Writes the state back if the change makes a difference.
   *
   * @param change gets the deployment as the CLI exports it, secrets encrypted; returns the same object for no change
   */
  async edit(change: (deployment: Deployment) => Deployment): Promise<void> {
    const known = await this.read();
    if (known === undefined || change(known) === known) return;
    const { deployment = {}, ...rest } = JSON.parse((await this.export()) ?? "{}");
    await withScratchFile("state.json", async (file) => {
      writeFileSync(file, JSON.stringify({ ...rest, deployment: change(deployment) }), { mode: 0o600 });
      await this.#cli.capture(["stack", "import", "--file", file, ...this.#onStack]);
    });
  }

  get #onStack(): readonly string[] {
    return ["--stack", this.#project.stack, "--cwd", this.#project.dir];
  }
}
