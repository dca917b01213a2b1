import type Docker from "dockerode";
import { requireDocker } from "../docker.ts";
import type { Env } from "../env.ts";
import { messageOf } from "../errors.ts";
import { droppable } from "../interrupt.ts";
import type { Console } from "../progress.ts";
import { runCommand } from "../setup/command.ts";
import type { Wanted } from "../setup/image-plan.ts";
import { buildLocalImages } from "../setup/local-images.ts";
import { findProgram } from "../setup/trusted-path.ts";
import { takeCliFrom } from "./built-cli.ts";
import { cachedCli } from "./cli-cache.ts";
import { downloadCli, type ReleaseSource } from "./release.ts";
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

/** Pulumi's release; if it cannot be downloaded, prints why. */
export async function downloadedCli(console: Console, source?: ReleaseSource): Promise<Cli | undefined> {
  const result = await downloadCli(console, source);
  if ("program" in result) {
    return { program: result.program, version: pulumiVersion, origin: "Pulumi's release" };
  }
  console.line(
    `Pulumi's release cannot be downloaded (${result.unavailable}): the CLI is built from its Go module.`,
  );
  return undefined;
}

/** Provides the CLI and the images that are asked for. What has to be built is built in parallel. */
export async function provideCli(
  docker: Docker,
  console: Console,
  images: Omit<Wanted, "cli">,
): Promise<Cli> {
  const cli = (await findCli(process.env, console)) ?? (await downloadedCli(console));
  if (cli === undefined) return buildCli(docker, console, images);
  if (images.services) await buildLocalImages(docker, console, { ...images, cli: false });
  return cli;
}

async function buildCli(docker: Docker, console: Console, images: Omit<Wanted, "cli">): Promise<Cli> {
  const tags = await buildLocalImages(docker, console, { ...images, cli: true });
  const program = await takeCliFrom(docker, tags.get("pulumi") ?? "");
  return { program, version: pulumiVersion, origin: "built from source" };
}

/** The CLI for a command that needs no images. */
export async function requireCli(env: Env, console: Console, signal: AbortSignal): Promise<Cli> {
  const found = (await findCli(env, console)) ?? (await droppable(signal, downloadedCli(console)));
  if (found !== undefined) return found;
  const docker = await requireDocker(console);
  return droppable(signal, buildCli(docker, console, { services: false, exporter: false }));
}
