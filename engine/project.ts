/** Pulumi.yaml and Pulumi.STACK.yaml as written; what they mean together is config.ts's. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";

export interface ConfigSchema {
  type?: string;
  description?: string;
  secret?: boolean;
  default?: unknown;
  value?: unknown;
  items?: ConfigSchema;
}

export interface Project {
  /** The folder of Pulumi.yaml. */
  dir: string;
  name: string;
  /** Where program and plugins run. */
  programDir: string;
  /** The file or folder to run, relative to `programDir`. */
  entry: string;
  typescript: boolean;
  nodeArgs: string[];
  tsconfig?: string;
  plugins: { name: string; path: string; version?: string }[];
  config: Record<string, ConfigSchema>;
  stackDir: string;
  backendUrl?: string;
  refresh: boolean;
}

/** The parts of Pulumi.STACK.yaml. */
export interface StackFile {
  path: string;
  encryptionsalt?: string;
  config: Record<string, unknown>;
}

type Yaml = Record<string, unknown>;

/** @throws if there is no Pulumi.yaml, it is damaged, or it asks for what this engine does not have. */
export function loadProject(dir: string): Project {
  const path = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(dir, name)).find(existsSync);
  if (!path) throw new Error(`${dir} holds no Pulumi.yaml: give the folder of a Pulumi project with --cwd`);
  const file = readYaml(path);
  const runtime = typeof file.runtime === "string" ? { name: file.runtime } : section(file, "runtime");
  if (runtime.name !== "nodejs") {
    throw new Error(
      `${path}: runtime '${runtime.name}' is not supported by the embedded engine, only nodejs`,
    );
  }
  if (typeof file.name !== "string") throw new Error(`${path}: 'name' is missing`);
  const options = section(runtime, "options");
  const main = resolve(dir, text(file.main) ?? ".");
  if (!existsSync(main)) throw new Error(`${path}: main: ${main} does not exist`);
  const isFolder = statSync(main).isDirectory();
  const plugins = section(file, "plugins");
  for (const kind of ["analyzers", "languages"].filter((kind) => plugins[kind])) {
    throw new Error(`${path}: plugins.${kind} is not supported by the embedded engine: use the Pulumi CLI`);
  }
  return {
    dir,
    name: file.name,
    programDir: isFolder ? main : dirname(main),
    entry: isFolder ? "." : basename(main),
    typescript: options.typescript !== false,
    nodeArgs: text(options.nodeargs)?.split(/\s+/) ?? [],
    tsconfig: text(options.tsconfig),
    plugins: (Array.isArray(plugins.providers) ? plugins.providers : []).map((plugin: Yaml) => ({
      name: String(plugin.name),
      path: resolve(dir, String(plugin.path)),
      version: text(plugin.version),
    })),
    config: Object.fromEntries(
      Object.entries(section(file, "config")).map(([key, schema]) => [key, toSchema(schema)]),
    ),
    stackDir: resolve(dir, text(file.stackConfigDir) ?? "."),
    backendUrl: text(section(file, "backend").url),
    refresh: section(file, "options").refresh === "always",
  };
}

/** An absent file is a stack without config. */
export function loadStackFile(project: Project, stack: string): StackFile {
  if (!/^[\w.-]{1,100}$/.test(stack)) {
    throw new Error(
      `'${stack}' is not a stack's name: use letters, digits, hyphens, underscores and periods`,
    );
  }
  const path = join(project.stackDir, `Pulumi.${stack}.yaml`);
  if (!existsSync(path)) return { path, config: {} };
  const file = readYaml(path);
  for (const key of ["environment", "encryptedkey"].filter((key) => file[key] !== undefined)) {
    throw new Error(`${path}: '${key}' is not supported by the embedded engine: use the Pulumi CLI`);
  }
  const provider = text(file.secretsprovider);
  if (provider !== undefined && provider !== "passphrase" && provider !== "default") {
    throw new Error(
      `${path}: secrets provider '${provider}' is not supported by the embedded engine, only passphrase`,
    );
  }
  return { path, encryptionsalt: text(file.encryptionsalt), config: section(file, "config") };
}

function readYaml(path: string): Yaml {
  try {
    return section({ file: parse(readFileSync(path, "utf8")) }, "file");
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Either a schema, or the value itself. */
function toSchema(entry: unknown): ConfigSchema {
  const isSchema =
    typeof entry === "object" && entry !== null && ["type", "default", "value"].some((key) => key in entry);
  return isSchema ? entry : { value: entry };
}

function section(file: Yaml, key: string): Yaml {
  const value = file[key] ?? {};
  if (typeof value !== "object" || Array.isArray(value)) throw new Error(`'${key}' must be a mapping`);
  return value as Yaml;
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
