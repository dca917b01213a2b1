/** A copy of the project to live in: a test edits its SQL and its stack file as a user would, and nothing of the checkout changes. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { PROJECT } from "../../../facts/pipeline.ts";
import { byHand } from "../../pulumi/support/by-hand.ts";

const checkout = path.resolve(import.meta.dirname, "../../..");

/** What belongs to a machine rather than to the project. */
const NOT_COPIED = new Set(["node_modules", ".git", ".pulumi-state", ".cache"]);

export interface Run {
  code: number;
  stdout: string;
  /** Standard output and error, interleaved as they came. */
  text: string;
  seconds: number;
}

interface Kill {
  killAfterMs?: number;
  /** Begins with the command, which is killed as soon as this is done; `text` gives what it has written so far. */
  killWhen?: (text: () => string) => Promise<unknown>;
}

export class Workspace {
  readonly dir: string;
  readonly stack: string;

  constructor(stack: string, config: Record<string, unknown>) {
    this.stack = stack;
    this.dir = fs.mkdtempSync(path.join(os.tmpdir(), "commerce-live-"));
    fs.cpSync(checkout, this.dir, {
      recursive: true,
      filter: (source) => !NOT_COPIED.has(path.basename(source)),
    });
    fs.symlinkSync(path.join(checkout, "node_modules"), path.join(this.dir, "node_modules"), "junction");
    this.configure(config);
  }

  /** Writes the stack's file anew. */
  configure(config: Record<string, unknown>): void {
    const keyed = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [`${PROJECT}:${key}`, value]),
    );
    fs.writeFileSync(path.join(this.dir, `Pulumi.${this.stack}.yaml`), stringify({ config: keyed }));
  }

  /** Changes a file of the project; fails when there is nothing to change. */
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

  /** Runs `commerce VERB`; never rejects for a failing command, as failures are looked at too. */
  commerce(verb: string, args: string[] = [], options: Kill = {}): Promise<Run> {
    const started = Date.now();
    const child = spawn(
      process.execPath,
      [path.join(this.dir, "cli/commerce.mjs"), verb, "--stack", this.stack, ...args],
      { cwd: this.dir, stdio: ["ignore", "pipe", "pipe"], detached: process.platform !== "win32" },
    );
    let stdout = "";
    let text = "";
    child.stdout.on("data", (data) => (stdout += data));
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
    // The whole group, as a terminal that is closed or a machine that dies would.
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

  /** Copies state, passphrase and the stack's file, as somebody does who moves to another clone. */
  takeStateOf({ dir, stack }: Workspace): void {
    for (const name of [".pulumi-state", `Pulumi.${stack}.yaml`])
      fs.cpSync(path.join(dir, name), path.join(this.dir, name), { recursive: true });
  }

  /** Runs the Pulumi CLI by hand, as docs/OPERATIONS.md tells to. */
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

  /** Outputs of the stack, secrets shown. */
  async outputs(): Promise<Record<string, string>> {
    const { code, stdout, text } = await this.commerce("outputs", ["--json", "--show-secrets"]);
    if (code !== 0) throw new Error(`commerce outputs failed:\n${text}`);
    return JSON.parse(stdout);
  }

  remove(): void {
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}
