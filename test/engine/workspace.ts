import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lines } from "../../engine/display/lines.ts";
import type { EngineEvent, EventSink } from "../../engine/events.ts";
import * as engine from "../../engine/index.ts";

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

  constructor(program = join(here, "golden", "program"), project = "golden") {
    cpSync(program, this.projectDir, { recursive: true });
    cpSync(join(here, "golden", "provider"), join(this.dir, "provider"), { recursive: true });
    symlinkSync(join(here, "..", "..", "node_modules"), join(this.dir, "node_modules"), "junction");
    mkdirSync(this.world);
    this.statePath = join(this.projectDir, ".pulumi-state", ".pulumi", "stacks", project, "dev.json");
  }

  /** Runs a verb; returns its summary and what was shown. */
  async run(
    verb: "up" | "preview" | "destroy" | "refresh",
    options: Partial<engine.EngineOptions> & { diff?: boolean } = {},
  ) {
    const text: string[] = [];
    const lines = new Lines((line) => text.push(line), { diff: options.diff });
    const display: EventSink = {
      emit: (event) => {
        this.events.push(event);
        lines.emit(event);
      },
    };
    const summary = await engine[verb]({ ...this.options, display, ...options });
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
