import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { suggest } from "../facts/suggest.ts";
import { NoSuchStack, UserError } from "./errors.ts";

/** A Pulumi project, as its Pulumi.yaml describes it. */
export interface ProjectFile {
  readonly dir: string;
  readonly name: string;
  /** The keys that it declares, each with its default or `{ type, default }`. */
  readonly declared: Readonly<Record<string, unknown>>;
  /** Pulumi.yaml's `backend.url`. */
  readonly backendUrl: string | undefined;
}

/** A project, and one of its stacks. */
export interface Project extends ProjectFile {
  readonly stack: string;
  /** Plain values by key without namespace: those of Pulumi.STACK.yaml over the defaults of Pulumi.yaml. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys that Pulumi.STACK.yaml has a value for, which may be encrypted. */
  readonly ownKeys: ReadonlySet<string>;
  /** The name of the file with the stack's own values. */
  readonly configFile: string;
}

/** @throws UserError when there is no such project, or its file is not YAML. */
export function readProject(dir: string): ProjectFile {
  const root = resolve(dir);
  if (!existsSync(join(root, "Pulumi.yaml"))) {
    throw new UserError(`there is no Pulumi.yaml in ${root}`, "Name the project's folder with --cwd DIR.");
  }
  const file = readYaml(join(root, "Pulumi.yaml"));
  const url = isRecord(file.backend) ? file.backend.url : undefined;
  return {
    dir: root,
    name: String(file.name ?? ""),
    declared: isRecord(file.config) ? file.config : {},
    backendUrl: typeof url === "string" ? url : undefined,
  };
}

/** @throws UserError as readProject, NoSuchStack when the stack has no file. */
export function openProject(dir: string, stack: string): Project {
  const project = readProject(dir);
  const configFile = `Pulumi.${stack}.yaml`;
  if (!existsSync(join(project.dir, configFile))) {
    const known = stacksIn(project.dir);
    throw new NoSuchStack(
      `there is no stack ${stack}${suggest(stack, known)}`,
      `Configured here: ${known.join(", ") || "none"}. To add one, create ${configFile}; it may be empty.`,
    );
  }
  const own = readYaml(join(project.dir, configFile));
  return {
    ...project,
    stack,
    configFile,
    config: mergeConfig(project.name, project.declared, own.config),
    ownKeys: new Set(Object.keys(isRecord(own.config) ? own.config : {}).map(withoutNamespace(project.name))),
  };
}

function stacksIn(root: string): string[] {
  return readdirSync(root)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

function readYaml(path: string): Record<string, unknown> {
  const text = readFileSync(path, "utf8");
  try {
    const document: unknown = parse(text) ?? {};
    if (isRecord(document)) return document;
  } catch (error) {
    throw new UserError(`${path} is not valid YAML: ${String(error).split("\n")[0]}`);
  }
  throw new UserError(`${path} must hold keys and values`);
}

/** The values that the command line itself reads. The program validates them. */
export function mergeConfig(name: string, defaults: unknown, own: unknown): Record<string, string> {
  const merged: Record<string, string> = {};
  const bare = withoutNamespace(name);
  const put = (key: string, value: unknown) => {
    const plain = isRecord(value) ? (value.value ?? value.default) : value;
    const isScalar = ["string", "number", "boolean"].includes(typeof plain);
    if (isScalar) merged[bare(key)] = String(plain);
  };
  for (const layer of [defaults, own]) {
    if (!isRecord(layer)) continue;
    for (const [key, value] of Object.entries(layer)) put(key, value);
  }
  return merged;
}

/** Of the project's own namespace. */
const withoutNamespace = (name: string) => (key: string) =>
  key.startsWith(`${name}:`) ? key.slice(name.length + 1) : key;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
