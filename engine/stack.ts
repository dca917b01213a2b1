/** A stack as it lies on disk: project, config, secrets and state, opened for a run or only to be read. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type PropertyMap, secret } from "../plugins/sdk/values.ts";
import { Backend, backendFolder } from "./backend.ts";
import { type Config, resolveConfig } from "./config.ts";
import { loadProject, loadStackFile, type Project, type StackFile } from "./project.ts";
import { Secrets } from "./secrets.ts";
import { type Contents, checkpointWriter, parseCheckpoint, type SealedCheckpoint } from "./state.ts";

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
  #file: StackFile | undefined;
  #checkpoint: SealedCheckpoint | undefined;
  #secrets: Promise<Secrets> | undefined;

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

  /** Pulumi.STACK.yaml, read when first asked for: a run has locked the stack before. */
  get file(): StackFile {
    this.#file ??= loadStackFile(this.project, this.name);
    return this.#file;
  }

  /** @throws if a value is missing or not right. Waits for the key only if there is something sealed. */
  async config(): Promise<Config> {
    const decrypt = await this.decrypter();
    return resolveConfig(this.project, this.name, this.file, this.#options.config ?? {}, decrypt);
  }

  /** For the config's sealed values; the key is not derived if there are none. */
  async decrypter(): Promise<(sealed: string) => string> {
    const secrets = JSON.stringify(this.file.config).includes('"secure"') ? await this.secrets() : undefined;
    return (sealed) => secrets?.decrypt(sealed) ?? sealed;
  }

  /** @throws if the passphrase is not the stack's. A stack without a key gets one. */
  secrets(): Promise<Secrets> {
    const salt = this.file.encryptionsalt ?? this.#sealed()?.salt;
    const passphrase = () => this.#passphrase(salt !== undefined);
    this.#secrets ??= salt ? Secrets.open(passphrase(), salt) : Secrets.create(passphrase());
    return this.#secrets;
  }

  /** @throws if passphrase or state are not in order; at once if the file is damaged. */
  state(): Promise<OpenState> {
    const sealed = this.#sealed();
    return this.secrets().then(async (own) => {
      const isForeign = sealed?.salt !== undefined && sealed.salt !== own.salt;
      const former = isForeign ? await Secrets.open(this.#passphrase(true), sealed.salt ?? "") : own;
      const render = checkpointWriter(`organization/${this.project.name}/${this.name}`, own);
      return {
        contents: sealed?.unseal(former) ?? { resources: [], pending: [], metadata: {} },
        save: (contents: Contents) => this.backend.save(render(contents)),
      };
    });
  }

  #sealed(): SealedCheckpoint | undefined {
    const text = this.#checkpoint === undefined ? this.backend.load() : undefined;
    if (text !== undefined) this.#checkpoint = parseCheckpoint(text, this.backend.path);
    return this.#checkpoint;
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
  save(contents: Contents): Promise<void>;
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
