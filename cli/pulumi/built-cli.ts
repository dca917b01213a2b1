import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import tar from "tar-fs";
import { projectDir } from "../setup/paths.ts";
import { addToCache, cliDir, cliName } from "./cli-cache.ts";

const languageHost = join(projectDir, "plugins", "language-nodejs", "pulumi-language-nodejs");

/** Copies the CLI from the image that it was built in to the user's cache, and removes the image. */
export async function takeCliFrom(docker: Docker, image: string, cacheDir?: string): Promise<string> {
  const target = cliDir("built", cacheDir);
  await addToCache(target, async (scratch) => {
    // Never started: files are only copied from it.
    const container = await docker.createContainer({ Image: image, Cmd: ["pulumi"] });
    const folder = join(scratch, "cli");
    try {
      mkdirSync(folder);
      await pipeline(await container.getArchive({ path: "/pulumi" }), tar.extract(folder));
    } finally {
      await container.remove({ force: true });
    }
    renameSync(join(folder, "pulumi"), join(folder, cliName));
    addLanguageHost(folder);
    return folder;
  });
  await docker
    .getImage(image)
    .remove()
    .catch(() => {}); // another run has removed it, or is still copying from it
  return join(target, cliName);
}

/** Copies the project's Node language host to a CLI that was built without one, unless it is up to date there. */
export function refreshLanguageHost(program: string): void {
  const folder = dirname(program);
  const isCurrent = readFileSync(join(folder, "pulumi-language-nodejs")).equals(readFileSync(languageHost));
  if (!isCurrent) addLanguageHost(folder);
}

function addLanguageHost(folder: string): void {
  const target = join(folder, "pulumi-language-nodejs");
  const scratch = `${target}.${process.pid}`;
  try {
    copyFileSync(languageHost, scratch);
    renameSync(scratch, target);
  } finally {
    rmSync(scratch, { force: true });
  }
}
