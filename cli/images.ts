import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRegistry, REGISTRY_VARIABLE, registryProblem } from "../facts/image-registry.ts";
import type { RegistryFailure } from "../plugins/docker/registry/call.ts";
import type { FailureKind } from "../plugins/docker/registry/failure.ts";
import type { ImageChoice } from "./command-line/flags.ts";
import type { Env } from "./env.ts";
import { UsageError, UserError } from "./errors.ts";

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

/** An image that is not here, and why its registry does not give it; undefined: it does. */
export interface Answer {
  readonly image: string;
  readonly failure?: RegistryFailure;
}

/**
 * Where images come from, according to the answers of their registry. They are built here only where no registry can be
 * used at all: one that lacks an image, or has been asked too often, is worth a word of the user's first.
 *
 * @param registry COMMERCE_REGISTRY: who names a registry wants no other source
 * @throws UserError that says what was found
 */
export function imagesAfter(answers: readonly Answer[], registry: string | undefined): ImageSource {
  const failures = answers.flatMap(({ failure }) => failure ?? []);
  if (failures.length === 0) return "registry";
  const isOutOfReach = ({ failure }: RegistryFailure) =>
    failure.kind === "unreachable" || failure.kind === "refused" || failure.kind === "slow";
  if (!registry && failures.length === answers.length && failures.every(isOutOfReach)) return "local";
  throw imagesMissing(failures);
}

const ADVICE: Partial<Record<FailureKind, string>> = {
  refused: "`docker login` stores credentials for a registry.",
  busy: "Try again later; after `docker login`, a registry may allow more.",
};

/** @param failures at least one */
export function imagesMissing(failures: readonly RegistryFailure[]): UserError {
  const advice = new Set(failures.flatMap(({ failure }) => ADVICE[failure.kind] ?? []));
  const otherSource = `${REGISTRY_VARIABLE} names another registry; with --images local, images are built here.`;
  return new UserError(
    failures.map(({ message }) => message).join("\n"),
    [...advice, otherSource].join("\n"),
  );
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
export type OptionalImage = "datadogAgent" | "postgres-exporter";
const optional: readonly string[] = ["datadogAgent", "postgres-exporter"] satisfies OptionalImage[];

/**
 * A source's images that a stack needs; none if nothing has been built here yet.
 *
 * @param also optional images that this stack needs as well
 * @throws UsageError if COMMERCE_REGISTRY is not a registry
 */
export function imageNames(
  projectDir: string,
  source: ImageSource,
  also: readonly OptionalImage[] = [],
  env: Env = process.env,
): string[] {
  const path = join(projectDir, "images", `${source}.json`);
  if (!existsSync(path)) return [];
  const names: Record<string, string> = JSON.parse(readFileSync(path, "utf8"));
  const isNeeded = (key: string) => !optional.includes(key) || also.some((name) => name === key);
  const needed = Object.entries(names).flatMap(([key, name]) => (isNeeded(key) ? [name] : []));
  if (source === "local") return needed;
  const registry = env[REGISTRY_VARIABLE];
  const problem = registry ? registryProblem(registry) : undefined;
  if (problem !== undefined) throw new UsageError(problem);
  return needed.map((name) => inRegistry(registry, name));
}
