import type Docker from "dockerode";
import { requireDocker } from "../docker.ts";
import { droppable } from "../interrupt.ts";
import type { Console } from "../progress.ts";
import type { Wanted } from "../setup/image-plan.ts";
import { buildLocalImages } from "../setup/local-images.ts";
import { takeCliFrom } from "./built-cli.ts";
import { type Cli, findCli } from "./find-cli.ts";
import { downloadCli, type ReleaseSource } from "./release.ts";
import { pulumiVersion } from "./version.ts";

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

/** Downloads the CLI, or builds it, for a command that needs no images. */
export async function obtainCli(console: Console, signal: AbortSignal): Promise<Cli> {
  const downloaded = await droppable(signal, downloadedCli(console));
  if (downloaded !== undefined) return downloaded;
  const docker = await requireDocker(console);
  return droppable(signal, buildCli(docker, console, { services: false, exporter: false }));
}
