import type Docker from "dockerode";
import { requireDocker } from "../docker.ts";
import { droppable } from "../interrupt.ts";
import type { Console } from "../progress.ts";
import { runCommand } from "../setup/command.ts";
import { buildLocalImages } from "../setup/local-images.ts";
import { takeCliFrom } from "./built-cli.ts";
import { cachedCli } from "./cli-cache.ts";
import { findProgram } from "./find-program.ts";
import { downloadCli, type ReleaseSource } from "./release.ts";
import { isAtLeast, pulumiVersion } from "./version.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The Pulumi CLI, if it is on this machine: the user's own, where it is not older than the project's SDK, else the one
 * that an earlier run has put into the user's cache.
 */
export async function findCli(env: Env, console: Console, cacheDir?: string): Promise<string | undefined> {
  const own = findProgram("pulumi", env);
  if (own !== undefined) {
    const version = (
      await runCommand(own, ["version"], { env: { PULUMI_SKIP_UPDATE_CHECK: "true" } })
    ).trim();
    if (isAtLeast(version, pulumiVersion)) return own;
    console.line(`Not used: ${own} is ${version}, this project needs Pulumi ${pulumiVersion} or newer.`);
  }
  return cachedCli(cacheDir);
}

/** Pulumi's release, where it can be downloaded. Says where it is, or why there is none. */
export async function downloadedCli(console: Console, source?: ReleaseSource): Promise<string | undefined> {
  const result = await downloadCli(console, source);
  if ("program" in result) {
    console.line(`Pulumi CLI ${pulumiVersion}: downloaded to ${result.program}`);
    return result.program;
  }
  console.line(
    `Pulumi's release cannot be downloaded (${result.unavailable}): the CLI is built from its Go module.`,
  );
  return undefined;
}

/** Builds the CLI, and with it the images that `services` asks for. */
export async function buildCli(
  docker: Docker,
  console: Console,
  { services }: { services: boolean },
): Promise<string> {
  const tags = await buildLocalImages(docker, console, { services, cli: true });
  const program = await takeCliFrom(docker, tags.get("pulumi") ?? "");
  console.line(`Pulumi CLI ${pulumiVersion}: built into ${program}`);
  return program;
}

/** The CLI for a command that needs no images. */
export async function requireCli(env: Env, console: Console, signal: AbortSignal): Promise<string> {
  const found = (await findCli(env, console)) ?? (await droppable(signal, downloadedCli(console)));
  if (found !== undefined) return found;
  const docker = await requireDocker(console);
  return droppable(signal, buildCli(docker, console, { services: false }));
}
