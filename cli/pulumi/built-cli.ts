import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import tar from "tar-fs";
import { addToCache, cliDir, cliName } from "./cli-cache.ts";
import { addLanguageHost } from "./language-host.ts";

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
