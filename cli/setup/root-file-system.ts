import { createReadStream, existsSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import type Docker from "dockerode";
import { followEvents } from "../../plugins/docker/formats/engine-events.ts";
import { UserError } from "../errors.ts";
import type { Step } from "../progress.ts";
import { runCommand, systemPath } from "./command.ts";
import { canInstallPackages, installPackages, mirrorsOfThisMachine } from "./debian.ts";
import { cacheDir } from "./paths.ts";

const release = "bookworm";
const importMs = 2 * 60_000;

/** The options of mmdebstrap; part of the image's digest. */
export const recipe: readonly string[] = [
  "--variant=essential",
  "--include=apt,ca-certificates,usr-is-merged",
  // Without it, dpkg merges /usr with a package that depends on Perl.
  "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
  '--aptopt=APT::Install-Recommends "false"',
  '--aptopt=Acquire::Languages "none"',
  // An interrupted build starts again, so syncing to disk after each file is not needed.
  "--dpkgopt=force-unsafe-io",
  ...["doc", "info", "locale", "man"].map((dir) => `--dpkgopt=path-exclude=/usr/share/${dir}/*`),
];

/** Creates a minimal Debian from this machine's package mirrors, and imports it as an image. */
export async function makeRootFileSystem(docker: Docker, tag: string, step: Step): Promise<void> {
  if (!isInstalled()) {
    if (!canInstallPackages()) {
      throw new UserError(
        "images can be built here only with mmdebstrap, which is not installed",
        "As root on Debian, this command installs it. Elsewhere, use --images registry.",
      );
    }
    await installPackages(["mmdebstrap"], step.update);
  }
  const archive = join(cacheDir, "rootfs.tar");
  const mirrors = await mirrorsOfThisMachine(release);
  try {
    await runCommand("mmdebstrap", [...recipe, release, "-", ...(mirrors.length > 0 ? ["-"] : [])], {
      input: mirrors.map((line) => `${line}\n`).join(""),
      // Not directly into Docker: a failed bootstrap must not leave an image.
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
