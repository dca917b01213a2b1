/** What a Dockerfile's ignore file leaves out of the build. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

export interface IgnoreRules {
  /** Whether a path in the context, with forward slashes, is excluded. */
  ignores(path: string): boolean;
  /** Whether a rule may include a file of an ignored folder again. */
  hasExceptions: boolean;
}

/**
 * Reads the Dockerfile's own ignore file, or else the context's `.dockerignore`. Without either, nothing is ignored.
 */
export function readIgnoreRules(context: string, dockerfile: string): IgnoreRules {
  const file = [`${dockerfile}.dockerignore`, join(context, ".dockerignore")].find((path) =>
    existsSync(path),
  );
  return parseIgnoreRules(file === undefined ? "" : readFileSync(file, "utf8"));
}

export function parseIgnoreRules(text: string): IgnoreRules {
  // Docker strips a byte order mark and is case-sensitive.
  const rules = dockerignore.default({ ignorecase: false }).add(text.replace(/^\uFEFF/, ""));
  return { ignores: (path) => rules.ignores(path), hasExceptions: /^\s*!/m.test(text) };
}
