/** A copy of the project in which a test edits SQL and stack file like a user, without changing the checkout. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { PROJECT } from "../../../facts/pipeline.ts";
import { byHand } from "../../pulumi/support/by-hand.ts";
import { testFolder } from "./leftovers.ts";

const checkout = path.resolve(import.meta.dirname, "../../..");

/** Files that belong to a machine rather than to the project. */
const NOT_COPIED = new Set(["node_modules", ".git", ".pulumi-state", ".cache"]);

export interface CommandResult {
  code: number;
  stdout: string;
  /** Standard output and error, in order of arrival. */
  text: string;
  seconds: number;
}

interface RunOptions {
  /** Variables in addition to this process's own. */
  env?: Record<string, string>;
  killAfterMs?: number;
  /** Called when the command starts. The command is killed once this resolves; `text` returns its output so far. */
  killWhen?: (text: () => string) => Promise<unknown>;
}

export class Workspace {
  readonly dir: string;
  readonly stack: string;

  constructor(stack: string, config: Record<string, unknown>) {
    this.stack = stack;
    this.dir = testFolder();
    fs.cpSync(checkout, this.dir, {
      recursive: true,
      filter: (source) => !NOT_COPIED.has(path.basename(source)),
    });
    fs.symlinkSync(path.join(checkout, "node_modules"), path.join(this.dir, "node_modules"), "junction");
    this.configure(config);
  }

  /** Overwrites the stack file. */
  configure(config: Record<string, unknown>): void {
    const keyed = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [`${PROJECT}:${key}`, value]),
    );
    fs.writeFileSync(path.join(this.dir, `Pulumi.${this.stack}.yaml`), stringify({ config: keyed }));
  }

  /** Edits a file of the project. Fails if the edit changes nothing. */
  edit(file: string, change: (text: string) => string): void {
    const full = path.join(this.dir, file);
    const before = fs.readFileSync(full, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file}: the edit changed nothing`);
    fs.writeFileSync(full, after);
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.dir, file), "utf8");
  }

  /** Runs `commerce VERB`. Never rejects for a failing command, because tests check failures too. */
  commerce(verb: string, args: string[] = [], options: RunOptions = {}): Promise<CommandResult> {
    const started = Date.now();
    const child = spawn(
      process.execPath,
      [path.join(this.dir, "cli/commerce.mjs"), verb, "--stack", this.stack, ...args],
      {
        cwd: this.dir,
        env: { ...process.env, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: process.platform !== "win32",
      },
    );
    let stdout = "";
    let text = "";
    child.stdout.on("data", (data) => (stdout += data));
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
    // Kills the whole process group, as closing a terminal or losing the machine does.
    const kill = () => child.exitCode ?? process.kill(-(child.pid as number), "SIGKILL");
    const killer = options.killAfterMs && setTimeout(kill, options.killAfterMs);
    options.killWhen?.(() => text).then(kill, () => undefined);
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        clearTimeout(killer);
        resolve({ code: code ?? -1, stdout, text, seconds: (Date.now() - started) / 1000 });
      });
    });
  }

  /** Copies state, passphrase and stack file, as a user does to continue in another clone. */
  takeStateOf({ dir, stack }: Workspace): void {
    for (const name of [".pulumi-state", `Pulumi.${stack}.yaml`])
      fs.cpSync(path.join(dir, name), path.join(this.dir, name), { recursive: true });
  }

  /** Runs the Pulumi CLI directly, as docs/OPERATIONS.md describes. */
  async pulumi(words: string[]): Promise<{ code: number; text: string }> {
    const state = path.join(this.dir, ".pulumi-state");
    const isLocal = fs.existsSync(path.join(this.dir, "images", "local.json"));
    const home = path.join(this.dir, ".cache", "pulumi-home");
    return byHand(words, this.dir, this.stack, {
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: path.join(state, "passphrase"),
      ...(isLocal && { COMMERCE_IMAGES: "local" }),
      ...(fs.existsSync(home) && { PULUMI_HOME: home, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
    });
  }

  /** The stack's outputs, with secrets. */
  async outputs(): Promise<Record<string, string>> {
    const { code, stdout, text } = await this.commerce("outputs", ["--json", "--show-secrets"]);
    if (code !== 0) throw new Error(`commerce outputs failed:\n${text}`);
    return JSON.parse(stdout);
  }

  remove(): void {
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}
