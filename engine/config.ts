/** The values that a program sees: schema defaults, the stack's file and overrides, checked all at once. */
import type { ConfigSchema, Project, StackFile } from "./project.ts";

/** By full key, `NAMESPACE:KEY`. Anything but a string is JSON in a string, as programs expect it. */
export type Config = Map<string, { value: string; secret: boolean }>;

/**
 * The same before it is checked, values as they are written.
 * @param decrypt opens `secure:` values.
 */
export function collectConfig(
  project: Project,
  file: StackFile,
  overrides: Record<string, string>,
  decrypt: (sealed: string) => string,
): Map<string, { value: unknown; secret: boolean }> {
  const config = new Map<string, { value: unknown; secret: boolean }>();
  const set = (key: string, value: unknown, secret = false) => {
    const opened = open(value, decrypt);
    config.set(fullKey(project.name, key), { value: opened.value, secret: secret || opened.secret });
  };
  for (const [key, schema] of Object.entries(project.config)) {
    const value = schema.value ?? schema.default;
    if (value !== undefined) set(key, value, schema.secret);
  }
  for (const [key, value] of Object.entries({ ...file.config, ...overrides })) {
    // A value that was overridden with another stays a secret.
    set(key, value, config.get(fullKey(project.name, key))?.secret);
  }
  return config;
}

/** @throws one error that names every missing value and every value of the wrong type. */
export function resolveConfig(
  project: Project,
  stack: string,
  file: StackFile,
  overrides: Record<string, string>,
  decrypt: (sealed: string) => string,
): Config {
  const config: Config = new Map();
  for (const [key, { value, secret }] of collectConfig(project, file, overrides, decrypt)) {
    config.set(key, { value: asText(value), secret });
  }
  const problems: string[] = [];
  const schemas = new Map(
    Object.entries(project.config).map(([key, schema]) => [fullKey(project.name, key), schema]),
  );
  const missing = [...schemas].filter(([key, schema]) => schema.type && !config.has(key)).map(([key]) => key);
  if (missing.length > 0) {
    problems.push(`${missing.join(", ")}: no value (set it in ${file.path}, under config:)`);
  }
  for (const [key, { value }] of config) {
    const type = schemas.get(key)?.type;
    const actual = type && !matches(value, type, schemas.get(key)) ? value : undefined;
    if (actual !== undefined) problems.push(`${key}: must be of type ${type}, is '${actual}' (${file.path})`);
  }
  for (const key of config.keys()) {
    if (key.startsWith("pulumi:") && key !== "pulumi:tags") {
      problems.push(`${key}: not supported by the embedded engine; use the Pulumi CLI, or do without it`);
    }
  }
  if (problems.length > 0) {
    throw new Error(`Stack '${stack}' is not configured right:\n  ${problems.join("\n  ")}`);
  }
  return config;
}

function open(value: unknown, decrypt: (sealed: string) => string): { value: unknown; secret: boolean } {
  if (typeof value !== "object" || value === null) return { value: value ?? "", secret: false };
  if ("secure" in value && typeof value.secure === "string" && Object.keys(value).length === 1) {
    return { value: decrypt(value.secure), secret: true };
  }
  const entries = Object.entries(value).map(([key, item]) => [key, open(item, decrypt)] as const);
  return {
    value: Array.isArray(value)
      ? entries.map(([, item]) => item.value)
      : Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
    secret: entries.some(([, item]) => item.secret),
  };
}

function matches(value: string, type: string, schema: ConfigSchema | undefined): boolean {
  switch (type) {
    case "string":
      return true;
    case "integer":
      return /^-?\d+$/.test(value);
    case "number":
      return value.trim() !== "" && Number.isFinite(Number(value));
    case "boolean":
      return value === "true" || value === "false";
    case "array": {
      const items = json(value);
      const itemType = schema?.items?.type;
      return (
        Array.isArray(items) &&
        (!itemType || items.every((item) => matches(asText(item), itemType, schema?.items)))
      );
    }
    case "object": {
      const object = json(value);
      return typeof object === "object" && object !== null && !Array.isArray(object);
    }
    default:
      return false;
  }
}

export function asText(item: unknown): string {
  return typeof item === "string" ? item : JSON.stringify(item);
}

/** A key without a namespace is the project's. */
export function fullKey(project: string, key: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
