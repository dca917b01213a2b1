import { createReadStream, existsSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import type Docker from "dockerode";
import { UserError } from "../errors.ts";
import type { Step } from "../progress.ts";
import { runCommand, systemPath } from "./command.ts";
import { canInstallPackages, installPackages, mirrorsOfThisMachine } from "./debian.ts";
import { followEvents } from "./engine-events.ts";
import { cacheDir } from "./paths.ts";

const release = "bookworm";
const importMs = 2 * 60_000;

/** How the root file system is made; part of its image's digest. */
export const recipe: readonly string[] = [
  "--variant=essential",
  "--include=apt,ca-certificates,usr-is-merged",
  // Without it, dpkg merges /usr by a package that brings all of Perl along.
  "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
  '--aptopt=APT::Install-Recommends "false"',
  '--aptopt=Acquire::Languages "none"',
  // An image that is lost half-way is built anew: no need to wait for the disk after each file.
  "--dpkgopt=force-unsafe-io",
  ...["doc", "info", "locale", "man"].map((dir) => `--dpkgopt=path-exclude=/usr/share/${dir}/*`),
];

/** Makes a minimal Debian from this machine's own package mirrors, and imports it as an image. */
export async function makeRootFileSystem(docker: Docker, tag: string, step: Step): Promise<void> {
  if (!isInstalled()) {
    if (!canInstallPackages()) {
      throw new UserError(
        "images can be built here only with mmdebstrap, which is not installed",
        "As root on Debian it is installed by itself. Elsewhere: --images registry, where images can be pulled.",
      );
    }
    await installPackages(["mmdebstrap"], step.update);
  }
  const archive = join(cacheDir, "rootfs.tar");
  const mirrors = await mirrorsOfThisMachine(release);
  try {
    await runCommand("mmdebstrap", [...recipe, release, "-", ...(mirrors.length > 0 ? ["-"] : [])], {
      input: mirrors.map((line) => `${line}\n`).join(""),
      // Not straight into Docker: a bootstrap that fails half-way must not leave an image behind.
      outputFile: archive,
      onLine: (line) => step.update(line.replace(/^I: /, "")),
    });
    await importImage(docker, archive, tag);
  } finally {
    rmSync(archive, { force: true });
  }
}

function isInstalled(): boolean {
  return systemPath.split(delimiter).some((dir) => existsSync(join(dir, "mmdebstrap")));
}

async function importImage(docker: Docker, archive: string, tag: string): Promise<void> {
  const [repo, version] = tag.split(":");
  const stream = await docker.importImage(createReadStream(archive), { repo, tag: version });
  await followEvents(stream, importMs);
}
