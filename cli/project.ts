import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "./errors.ts";
import { suggest } from "./suggest.ts";

/** A Pulumi project's folder and name, and one of its stacks. */
export interface Project {
  readonly dir: string;
  readonly name: string;
  readonly stack: string;
  /** Plain values by their key without namespace: Pulumi.yaml's defaults under Pulumi.STACK.yaml's own. */
  readonly config: Readonly<Record<string, string>>;
  /** The file in which the stack's own values stand, as its user would name it. */
  readonly configFile: string;
  /** Pulumi.yaml's `backend.url`. */
  readonly backendUrl: string | undefined;
}

/** @throws UserError when there is no such project or stack, or a file is not YAML. */
export function openProject(dir: string, stack: string): Project {
  const root = resolve(dir);
  if (!existsSync(join(root, "Pulumi.yaml"))) {
    throw new UserError(`there is no Pulumi.yaml in ${root}`, "Name the project's folder with --cwd DIR.");
  }
  const configFile = `Pulumi.${stack}.yaml`;
  if (!existsSync(join(root, configFile))) {
    const known = stacksIn(root);
    throw new UserError(
      `there is no stack ${stack}${suggest(stack, known)}`,
      `Configured here: ${known.join(", ") || "none"}. A new stack begins with a file ${configFile} (it may be empty).`,
    );
  }
  const project = readYaml(join(root, "Pulumi.yaml"));
  const own = readYaml(join(root, configFile));
  const name = String(project.name ?? "");
  const url = isRecord(project.backend) ? project.backend.url : undefined;
  return {
    dir: root,
    name,
    stack,
    configFile,
    config: mergeConfig(name, project.config, own.config),
    backendUrl: typeof url === "string" ? url : undefined,
  };
}

function stacksIn(root: string): string[] {
  return readdirSync(root)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

function readYaml(path: string): Record<string, unknown> {
  try {
    const document: unknown = parse(readFileSync(path, "utf8")) ?? {};
    if (isRecord(document)) return document;
  } catch (error) {
    throw new UserError(`${path} is not valid YAML: ${String(error).split("\n")[0]}`);
  }
  throw new UserError(`${path} must hold keys and values`);
}

/** The values that the command itself looks at; whether they are right is for the program to say. */
export function mergeConfig(name: string, defaults: unknown, own: unknown): Record<string, string> {
  const merged: Record<string, string> = {};
  const put = (key: string, value: unknown) => {
    const plain = isRecord(value) ? (value.value ?? value.default) : value;
    const isScalar = ["string", "number", "boolean"].includes(typeof plain);
    if (isScalar) merged[key.startsWith(`${name}:`) ? key.slice(name.length + 1) : key] = String(plain);
  };
  for (const layer of [defaults, own]) {
    if (!isRecord(layer)) continue;
    for (const [key, value] of Object.entries(layer)) put(key, value);
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
