import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageChoice } from "./command-line/flags.ts";
import { UsageError } from "./errors.ts";

export type ImageSource = "registry" | "local";

export interface ImageFacts {
  /** --images */
  readonly asked: ImageChoice;
  /** COMMERCE_IMAGES */
  readonly env: string | undefined;
  /** The source of this stack's last `up`. */
  readonly remembered: ImageSource | undefined;
  /** The stack has containers. */
  readonly stackExists: boolean;
}

/**
 * Where images come from, as far as it is decided. An existing stack keeps its source: a registry that answers one
 * day and not the next must not cause every container to be replaced.
 *
 * @throws UsageError
 */
export function decideImages({
  asked,
  env,
  remembered,
  stackExists,
}: ImageFacts): ImageSource | "ask the registry" {
  if (asked !== "auto") return asked;
  if (env === "registry" || env === "local") return env;
  if (env) throw new UsageError(`COMMERCE_IMAGES is '${env}': set it to registry or local, or unset it`);
  if (stackExists && remembered !== undefined) return remembered;
  return "ask the registry";
}

const memoryFile = (projectDir: string) => join(projectDir, ".cache", "images.json");

function readMemory(projectDir: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(memoryFile(projectDir), "utf8"));
  } catch {
    return {};
  }
}

export function recallImages(projectDir: string, stack: string): ImageSource | undefined {
  const source = readMemory(projectDir)[stack];
  return source === "registry" || source === "local" ? source : undefined;
}

export function rememberImages(projectDir: string, stack: string, source: ImageSource): void {
  if (recallImages(projectDir, stack) === source) return;
  mkdirSync(join(projectDir, ".cache"), { recursive: true });
  writeFileSync(
    memoryFile(projectDir),
    `${JSON.stringify({ ...readMemory(projectDir), [stack]: source })}\n`,
  );
}

/** By their keys in the lists: images that only a stack needs that is configured for them. */
const optional: readonly string[] = ["datadogAgent", "postgres-exporter"];

/** A source's images that every stack needs; none if nothing has been built here yet. */
export function imageNames(projectDir: string, source: ImageSource): string[] {
  const path = join(projectDir, "images", `${source}.json`);
  if (!existsSync(path)) return [];
  const names: Record<string, string> = JSON.parse(readFileSync(path, "utf8"));
  return Object.entries(names).flatMap(([key, name]) => (optional.includes(key) ? [] : [name]));
}
