import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { UserError } from "../errors.ts";
import type { Project } from "../project.ts";
import { type Backend, stackFiles } from "./backend.ts";
import type { PulumiCli } from "./cli.ts";
import { withScratchFile } from "./scratch-file.ts";
import type { Deployment } from "./state.ts";

/** The CLI's exit code where there is no such stack. */
const STACK_NOT_FOUND = 6;

/** The recorded state of one stack: read from its file where that is in a folder, which is quicker, else by the CLI. */
export class StateStore {
  readonly #cli: PulumiCli;
  readonly #project: Project;
  /** The stack's file; undefined where state is not kept in a folder. */
  readonly #file: string | undefined;

  constructor(cli: PulumiCli, project: Project, { folder }: Backend) {
    this.#cli = cli;
    this.#project = project;
    this.#file = folder && stackFiles(folder, project.name, project.stack).state;
  }

  /** Whether there is no such stack (yet). False where only the CLI can tell. */
  get isUnwritten(): boolean {
    return this.#file !== undefined && !existsSync(this.#file) && !existsSync(`${this.#file}.gz`);
  }

  async ensureStack(): Promise<void> {
    if (this.#file !== undefined && !this.isUnwritten) return;
    await this.#cli.capture(["stack", "select", "--create", this.#project.stack, "--cwd", this.#project.dir]);
  }

  /** The text of `pulumi stack export`; undefined when there is no such stack. */
  async export({ showSecrets = false } = {}): Promise<string | undefined> {
    if (this.isUnwritten) return undefined;
    const words = ["stack", "export", ...(showSecrets ? ["--show-secrets"] : []), ...this.#onStack];
    const { code, stdout, stderr } = await this.#cli.run([...words, "--non-interactive"], "capture");
    if (code === 0) return stdout;
    if (code === STACK_NOT_FOUND) return undefined;
    throw new UserError(
      `the state of stack ${this.#project.stack} cannot be read (exit code ${code})`,
      stderr.trim() || undefined,
    );
  }

  /** Secrets stay encrypted. Undefined when there is no such stack, or nothing in it. */
  async read(): Promise<Deployment | undefined> {
    if (this.#file !== undefined && existsSync(this.#file)) {
      return JSON.parse(readFileSync(this.#file, "utf8")).checkpoint?.latest ?? undefined;
    }
    return JSON.parse((await this.export()) ?? "{}").deployment ?? undefined;
  }

  /** @param change applied to the deployment as the CLI exports it, secrets encrypted */
  async edit(change: (deployment: Deployment) => Deployment): Promise<void> {
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
