/** A small Pulumi project in its own folder, run through `commerce` or directly with the Pulumi CLI. */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { testImage } from "../../live/plugins/support.ts";
import { removeStackResources, type StackResources, stackResources } from "../../live/support/docker.ts";
import { TEST_PROJECT, testFolder } from "../../live/support/leftovers.ts";
import { byHand, type Ended } from "./by-hand.ts";

const checkout = path.resolve(import.meta.dirname, "../../..");

export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export const nothing: StackResources = { containers: [], networks: [], volumes: [] };

export class SmallProject {
  readonly dir: string;
  readonly stack: string;

  /** @param stack part of every name in Docker, so concurrent tests need different ones */
  constructor(stack: string) {
    this.stack = stack;
    this.dir = testFolder();
    fs.cpSync(path.resolve(import.meta.dirname, "../program"), this.dir, { recursive: true });
    fs.symlinkSync(path.join(checkout, "node_modules"), path.join(this.dir, "node_modules"), "junction");
    this.configure({});
  }

  configure(config: Record<string, unknown>): void {
    const keyed = Object.entries({ image: testImage(), ...config }).map(([key, value]) => [
      `${TEST_PROJECT}:${key}`,
      value,
    ]);
    const file = path.join(this.dir, `Pulumi.${this.stack}.yaml`);
    // Keeps the salt of the stack's secrets, which Pulumi writes into this file.
    const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const salt = /^encryptionsalt: .*$/m.exec(before)?.[0] ?? "";
    fs.writeFileSync(file, `${stringify({ config: Object.fromEntries(keyed) })}${salt}\n`);
  }

  /** Starts `commerce VERB` in a new process group. */
  start(verb: string, args: readonly string[] = []): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(
      process.execPath,
      [path.join(checkout, "cli", "commerce.mjs"), verb, "--cwd", this.dir, "--stack", this.stack, ...args],
      { cwd: this.dir, stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? -1, text }));
    });
    return { child, ended };
  }

  up(): Promise<Ended> {
    return this.start("up", ["--yes", "--no-proof"]).ended;
  }

  destroy(...args: string[]): Promise<Ended> {
    return this.start("destroy", ["--yes", ...args]).ended;
  }

  /** Runs the Pulumi CLI directly. */
  pulumi(...words: string[]): Promise<Ended> {
    const state = path.join(this.dir, ".pulumi-state");
    const home = path.join(checkout, ".cache", "pulumi-home");
    return byHand(words, this.dir, this.stack, {
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: path.join(state, "passphrase"),
      ...(fs.existsSync(home) && { PULUMI_HOME: home, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
    });
  }

  /** The recorded resources, without Pulumi's own. Fails if an operation's outcome is unknown. */
  async recorded(): Promise<RecordedResource[]> {
    const { deployment } = JSON.parse((await this.pulumi("stack", "export")).text);
    if (deployment.pending_operations?.length > 0) throw new Error("operations are still pending");
    return (deployment.resources ?? []).filter(({ type }: RecordedResource) => !type.startsWith("pulumi:"));
  }

  objects(): Promise<StackResources> {
    return stackResources(this.stack);
  }

  /** The Docker resources that the program declares. */
  get declared(): StackResources {
    const prefix = `${TEST_PROJECT}-${this.stack}`;
    return {
      containers: [`${prefix}-container-0`, `${prefix}-container-1`],
      networks: [prefix],
      volumes: [`${prefix}-a`, `${prefix}-b`],
    };
  }

  /** Removes everything that a test has left. */
  async remove(): Promise<void> {
    await removeStackResources(this.stack);
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}
