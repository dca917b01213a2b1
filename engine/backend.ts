/** Pulumi's file backend: where a stack's checkpoint lies, written whole or not at all, and its locks. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { replaceFile } from "./atomic-file.ts";

/** @throws if the URL names a backend that is not a folder. */
export function backendFolder(url: string | undefined, projectDir: string): string {
  if (!url) return join(projectDir, ".pulumi-state");
  if (!url.startsWith("file://")) {
    throw new Error(
      `Backend '${url}' is not supported by the embedded engine, only file://FOLDER: ` +
        "change PULUMI_BACKEND_URL, or use the Pulumi CLI (--engine pulumi)",
    );
  }
  const path = url.slice("file://".length).replace(/^\/(?=[A-Za-z]:)/, "");
  return resolve(projectDir, path.replace(/^~(?=$|[/\\])/, homedir()));
}

export class Backend {
  /** The stack's checkpoint. */
  readonly path: string;
  /** The folder of its locks. */
  readonly locks: string;
  readonly #home: string;
  #backedUp = false;

  constructor(folder: string, project: string, stack: string) {
    this.#home = join(folder, ".pulumi");
    this.path = join(this.#home, "stacks", project, `${stack}.json`);
    this.locks = join(this.#home, "locks", "organization", project, stack);
  }

  /** @returns undefined if the stack has never been written. */
  load(): string | undefined {
    if (existsSync(`${this.path}.gz`)) {
      throw new Error(`${this.path}.gz: compressed state is not supported; unset PULUMI_DIY_BACKEND_GZIP`);
    }
    return existsSync(this.path) ? readFileSync(this.path, "utf8") : undefined;
  }

  /** Atomic. The run's first save keeps the old as `.bak`. */
  async save(text: string): Promise<void> {
    if (!this.#backedUp) await this.#prepare();
    await replaceFile(this.path, text, 0o600);
  }

  async #prepare(): Promise<void> {
    mkdirSync(dirname(this.path), { recursive: true });
    const meta = join(this.#home, "meta.yaml");
    if (!existsSync(meta)) writeFileSync(meta, "version: 1\n");
    if (existsSync(this.path)) {
      await replaceFile(`${this.path}.bak`, readFileSync(this.path, "utf8"), 0o600);
    }
    this.#backedUp = true;
  }
}
