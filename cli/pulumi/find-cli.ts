import type { Env } from "../env.ts";
import { messageOf } from "../errors.ts";
import type { Console } from "../progress.ts";
import { runCommand } from "../setup/command.ts";
import { findProgram } from "../setup/trusted-path.ts";
import { cachedCli } from "./cli-cache.ts";
import { isUsable, pulumiVersion } from "./version.ts";

export interface Cli {
  readonly program: string;
  readonly version: string;
  readonly origin: "on the PATH" | "Pulumi's release" | "built from source";
}

/** Which CLI is used, and where it is, in one line. */
export const describeCli = ({ program, version, origin }: Cli) =>
  `Pulumi CLI ${version}, ${origin}: ${program}`;

/**
 * The Pulumi CLI, if it is on this machine: the user's own, unless it is older than the project's SDK, else the one
 * that an earlier run has cached.
 */
export async function findCli(env: Env, console: Console, cacheDir?: string): Promise<Cli | undefined> {
  const own = findProgram("pulumi", env);
  if (own !== undefined) {
    const version = await versionOf(own);
    if (isUsable(version)) return { program: own, version, origin: "on the PATH" };
    console.line(
      `Not used: ${own} is ${version}, but this project needs Pulumi 3, ${pulumiVersion} or later.`,
    );
  }
  const cached = cachedCli(cacheDir);
  return cached && { ...cached, version: pulumiVersion };
}

/** The version that a CLI prints, or why it prints none: a version manager's shim may have no CLI to run. */
async function versionOf(program: string): Promise<string> {
  try {
    const printed = await runCommand(program, ["version"], { env: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
    return /^v?(\d+\.\d+\.\d+\S*)$/m.exec(printed)?.[1] ?? "of unknown version";
  } catch (error) {
    return `of unknown version (${messageOf(error)})`;
  }
}
