import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { UserError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import { pulumiVersion } from "../pulumi/version.ts";
import { readIfThere } from "../read-if-there.ts";
import { folderDigest } from "./folder-digest.ts";
import { hostFiles } from "./host-files.ts";
import { ignoredFiles } from "./ignored-files.ts";
import { buildImage } from "./image-build.ts";
import {
  type GoArgs,
  type ImageSpec,
  imageSpecs,
  imageTags,
  missingImages,
  versionOf,
  type Wanted,
} from "./image-plan.ts";
import { imagesDir, projectDir } from "./paths.ts";
import { makeRootFileSystem, recipe } from "./root-file-system.ts";
import { runGraph } from "./run-graph.ts";

/** Builds wait for downloads as much as for the CPU. */
const buildsAtOnce = 4;
/** With this many bytes of memory, the CLI's build keeps its 3 GiB of scratch files there. */
const scratchInMemoryFrom = 12 * 2 ** 30;

/**
 * Builds every wanted image that is missing or out of date, from package registries alone, and writes the names of the
 * services' images to images/local.json. Removes nothing.
 *
 * @returns the tags by image name
 * @throws UserError with the end of the log when a build fails, or when this machine cannot build images
 */
export async function buildLocalImages(
  docker: Docker,
  progress: Progress,
  wanted: Wanted,
): Promise<ReadonlyMap<string, string>> {
  const specs = imageSpecs(
    { ...officialVersions(), pulumi: pulumiVersion },
    wanted.cli || wanted.exporter ? await goArgs(docker) : undefined,
  );
  const tags = imageTags(specs, contentOf);
  const present = await existingTags(docker);
  const missing = missingImages(specs, {
    wanted,
    isThere: (name) => present.has(tags.get(name) ?? ""),
  });
  if (missing.length > 0 && process.platform !== "linux") {
    throw new UserError(
      "images can be built on Linux only",
      "Use --images registry, or build them on a Debian machine that uses the same Docker engine.",
    );
  }
  await runGraph(missing, isParent, buildsAtOnce, async (spec) => {
    const step = progress.step(`Building the image ${spec.name} ${spec.version}`);
    try {
      if (spec.name === "rootfs") await makeRootFileSystem(docker, tags.get(spec.name) ?? "", step);
      else await buildImage(docker, spec, tags, step);
      step.done();
    } catch (error) {
      step.fail();
      throw error;
    }
  });
  if (wanted.services) writeNames(specs, tags);
  return tags;
}

/** This machine, in Go's terms. */
async function goArgs(docker: Docker): Promise<GoArgs> {
  const { platform, arch, env } = process;
  const { MemTotal = 0 }: { MemTotal?: number } = await docker.info();
  return {
    SCRATCH: MemTotal > scratchInMemoryFrom ? "/dev/shm" : "/tmp",
    GOOS: platform === "win32" ? "windows" : platform,
    GOARCH: arch === "x64" ? "amd64" : arch,
    // All users of this Docker engine can read build arguments.
    GOPROXY: env.GOPROXY?.includes("@") ? "" : (env.GOPROXY ?? ""),
  };
}

const isParent = (child: ImageSpec, parent: ImageSpec) => Object.values(child.parents).includes(parent.name);

function officialVersions(): Record<string, string> {
  const images: Record<string, string> = JSON.parse(readFileSync(join(imagesDir, "registry.json"), "utf8"));
  return Object.fromEntries(Object.entries(images).map(([service, image]) => [service, versionOf(image)]));
}

function contentOf(spec: ImageSpec): string {
  if (spec.name === "rootfs") return recipe.join("\n");
  const identities = spec.hostFiles.map((name) => hostFiles[name]?.identity());
  const dir = join(projectDir, spec.context);
  return JSON.stringify([folderDigest(dir, ignoredFiles(dir)), identities]);
}

async function existingTags(docker: Docker): Promise<Set<string>> {
  const images = await docker.listImages();
  return new Set(images.flatMap(({ RepoTags }) => RepoTags ?? []));
}

/** Written atomically, and only if it changes. */
function writeNames(specs: readonly ImageSpec[], tags: ReadonlyMap<string, string>): void {
  const published = specs
    .filter(({ purpose }) => purpose === "service" || purpose === "exporter")
    .map(({ name }) => [name, tags.get(name)]);
  const path = join(imagesDir, "local.json");
  const text = `${JSON.stringify(Object.fromEntries(published), undefined, 2)}\n`;
  if (readIfThere(path) === text) return;
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
