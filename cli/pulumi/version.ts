import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../setup/paths.ts";

/**
 * The version of Pulumi, SDK and CLI alike: package.json pins the SDK, and the CLI is the one released with it.
 * images/pulumi/go.mod names it once more, as Go has to; a test compares the two.
 */
export const pulumiVersion: string = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8"))
  .dependencies["@pulumi/pulumi"];

/** Compares versions such as `3.276.0`; a suffix (`-alpha`) does not count. @returns whether `found` is at least `wanted`. */
export function isAtLeast(found: string, wanted: string): boolean {
  const numbers = (version: string) => version.replace(/^v/, "").split(/[.+-]/, 3).map(Number);
  const pairs = numbers(wanted).map((number, at) => [numbers(found)[at] ?? 0, number] as const);
  const [a, b] = pairs.find(([left, right]) => left !== right) ?? [0, 0];
  return a >= b;
}
