import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../setup/paths.ts";

/**
 * The version of Pulumi's SDK and CLI: package.json pins the SDK, and the CLI is the one released with it. Go needs it
 * in images/pulumi/go.mod as well; a test compares the two.
 */
export const pulumiVersion: string = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8"))
  .dependencies["@pulumi/pulumi"];

/** Whether a CLI of this version can run the program: same major version, and not older than the SDK. */
export function isUsable(version: string): boolean {
  const [found, wanted] = [numbersOf(version), numbersOf(pulumiVersion)];
  if (found === undefined || wanted === undefined || found[0] !== wanted[0]) return false;
  const at = found.findIndex((number, index) => number !== wanted[index]);
  return at < 0 || (found[at] ?? 0) > (wanted[at] ?? 0);
}

/** A suffix such as `-alpha` is ignored. */
function numbersOf(version: string): number[] | undefined {
  return /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
}
