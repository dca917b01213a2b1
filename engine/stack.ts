/** A stack as it lies on disk: project, config, secrets and state, opened for a run or only to be read. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type PropertyMap, secret } from "../plugin/values.ts";
import { Backend, backendFolder } from "./backend.ts";
import { type Config, resolveConfig } from "./config.ts";
import { loadProject, loadStackFile, type Project } from "./project.ts";
import { Secrets } from "./secrets.ts";
import { type Contents, checkpointWriter, parseCheckpoint } from "./state.ts";

export interface StackOptions {
  /** The folder of Pulumi.yaml. */
  projectDir: string;
  stack: string;
  /** Values that win over those in the files. */
  config?: Record<string, string>;
  /** In addition to the engine's own environment, also for program and plugins. */
  env?: Record<string, string>;
  /** `file://FOLDER`; default: `PULUMI_BACKEND_URL`, `backend.url` in Pulumi.yaml, `.pulumi-state`. */
  backendUrl?: string;
}

export class Stack {
  readonly project: Project;
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly backend: Backend;
  readonly #options: StackOptions;
  readonly #folder: string;

  /** @throws if the project or the stack's name is not in order. */
  constructor(options: StackOptions) {
    this.#options = options;
    this.project = loadProject(resolve(options.projectDir));
    this.name = options.stack;
    this.env = { ...process.env, ...options.env };
    const url = options.backendUrl ?? (this.env.PULUMI_BACKEND_URL || this.project.backendUrl);
    this.#folder = backendFolder(url, this.project.dir);
    this.backend = new Backend(this.#folder, this.project.name, this.name);
  }

  /** @throws if passphrase, config or state are not in order. Config without secrets does not wait for the key. */
  open(): { config: Promise<Config>; state: Promise<OpenState> } {
    const { project, name } = this;
    const file = loadStackFile(project, name);
    const text = this.backend.load();
    const checkpoint = text === undefined ? undefined : parseCheckpoint(text, this.backend.path);
    const salt = file.encryptionsalt ?? checkpoint?.salt;
    const passphrase = this.#passphrase(salt !== undefined);
    const secrets = salt ? Secrets.open(passphrase, salt) : Secrets.create(passphrase);
    const toConfig = (decrypt: (sealed: string) => string) =>
      resolveConfig(project, name, file, this.#options.config ?? {}, decrypt);
    const hasSecrets = JSON.stringify(file.config).includes('"secure"');
    const state = secrets.then(async (own): Promise<OpenState> => {
      const isForeign = checkpoint?.salt !== undefined && checkpoint.salt !== salt;
      const former = isForeign ? await Secrets.open(passphrase, checkpoint.salt ?? "") : own;
      return {
        contents: checkpoint?.unseal(former) ?? { resources: [], pending: [], metadata: {} },
        render: checkpointWriter(`organization/${project.name}/${name}`, own),
      };
    });
    const config = hasSecrets
      ? secrets.then((opened) => toConfig((sealed) => opened.decrypt(sealed)))
      : Promise.resolve(toConfig((sealed) => sealed));
    // Whoever awaits them is told; the other must not bring the process down meanwhile.
    for (const promise of [state, config]) promise.catch(() => undefined);
    return { config, state };
  }

  /** A stack that has no secrets yet gets a passphrase of its own, readable by its owner only. */
  #passphrase(isSealed: boolean): string {
    const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file } = this.env;
    if (given !== undefined) return given;
    if (file) return readFileSync(resolve(this.project.dir, file), "utf8").trim();
    const own = join(this.#folder, "passphrase");
    if (existsSync(own)) return readFileSync(own, "utf8").trim();
    if (isSealed) {
      throw new Error(
        `Stack '${this.name}' has secrets: set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to ` +
          `their passphrase, or write it to ${own}`,
      );
    }
    const passphrase = randomBytes(24).toString("base64url");
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(own, `${passphrase}\n`, { mode: 0o600 });
    return passphrase;
  }
}

export interface OpenState {
  contents: Contents;
  render(contents: Contents): string;
}

/** What the stack says to a package as a whole: the values in its namespace. */
export function providerConfig(config: Config, packageName: string): PropertyMap {
  const prefix = `${packageName}:`;
  return Object.fromEntries(
    [...config]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, entry]) => [key.slice(prefix.length), entry.secret ? secret(entry.value) : entry.value]),
  );
}
