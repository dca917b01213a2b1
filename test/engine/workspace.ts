import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lines } from "../../engine/display/lines.ts";
import type { EngineEvent, EventSink } from "../../engine/events.ts";
import { destroy, type EngineOptions, preview, refresh, up } from "../../engine/index.ts";

const verbs = { destroy, preview, refresh, up };

const here = import.meta.dirname;

export function golden(file: string): string {
  return readFileSync(join(here, "golden", file), "utf8");
}

/** A copy of a Pulumi program in a folder of its own, with the engine to run it. */
export class Workspace {
  readonly dir = mkdtempSync(join(tmpdir(), "engine-"));
  readonly projectDir = join(this.dir, "program");
  readonly world = join(this.dir, "world");
  readonly statePath: string;
  readonly events: EngineEvent[] = [];

  constructor(project = "golden") {
    cpSync(join(here, "golden", "provider"), join(this.dir, "provider"), { recursive: true });
    cpSync(join(here, "world"), join(this.dir, "world-plugin"), { recursive: true });
    symlinkSync(join(here, "..", "..", "node_modules"), join(this.dir, "node_modules"), "junction");
    mkdirSync(this.world);
    this.statePath = join(this.projectDir, ".pulumi-state", ".pulumi", "stacks", project, "dev.json");
  }

  static golden(): Workspace {
    const workspace = new Workspace();
    cpSync(join(here, "golden", "program"), workspace.projectDir, { recursive: true });
    return workspace;
  }

  /** A program in plain JavaScript, where `Thing` is a resource of the plugin in `world/`. */
  static world(program = ""): Workspace {
    const workspace = new Workspace("test");
    mkdirSync(workspace.projectDir);
    writeFileSync(
      join(workspace.projectDir, "Pulumi.yaml"),
      "name: test\nruntime: nodejs\nplugins:\n  providers:\n    - name: world\n      path: ../world-plugin\n",
    );
    writeFileSync(join(workspace.projectDir, "package.json"), '{ "main": "index.js" }');
    workspace.program(program);
    return workspace;
  }

  /** Replaces the program. */
  program(source: string): void {
    writeFileSync(
      join(this.projectDir, "index.js"),
      `const pulumi = require("@pulumi/pulumi");
       class Thing extends pulumi.CustomResource {
         constructor(name, args, opts) {
           super("world:index:Thing", name, { name, size: undefined, ...args }, { version: "1.0.0", ...opts });
         }
         static get(name, id, opts) { return new Thing(name, {}, { ...opts, id }); }
       }
       class Group extends pulumi.ComponentResource {
         constructor(name, opts) { super("test:index:Group", name, {}, opts); this.registerOutputs({}); }
       }
       ${source}`,
    );
  }

  /** What is really there, by id. */
  things(): string[] {
    return readdirSync(this.world)
      .filter((file) => file.endsWith(".json"))
      .map((file) => decodeURIComponent(file.slice(0, -".json".length)))
      .sort();
  }

  /** What the provider did, in order, and forgets it. */
  deeds(): string[] {
    const path = join(this.world, "log");
    if (!existsSync(path)) return [];
    const deeds = readFileSync(path, "utf8").trim().split("\n");
    rmSync(path);
    return deeds;
  }

  resource(name: string) {
    const { resources = [] } = this.state().checkpoint.latest;
    return resources.find((resource: { urn: string }) => resource.urn.endsWith(`::${name}`));
  }

  /** Runs a verb; returns its summary and what was shown. */
  async run(verb: keyof typeof verbs, options: Partial<EngineOptions> & { diff?: boolean } = {}) {
    const text: string[] = [];
    const lines = new Lines((line) => text.push(line), { diff: options.diff });
    const display: EventSink = {
      emit: (event) => {
        this.events.push(event);
        lines.emit(event);
      },
    };
    const summary = await verbs[verb]({ ...this.options, display, ...options });
    return { summary, text: text.join("\n") };
  }

  get options() {
    const env = { KFC_DIR: this.world, PULUMI_CONFIG_PASSPHRASE: "dev", PULUMI_BACKEND_URL: "" };
    return { projectDir: this.projectDir, stack: "dev", env };
  }

  state() {
    return JSON.parse(readFileSync(this.statePath, "utf8"));
  }

  edit(file: string, change: (text: string) => string): void {
    const path = join(this.projectDir, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
