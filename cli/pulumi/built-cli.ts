import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import tar from "tar-fs";
import { projectDir } from "../setup/paths.ts";
import { cliDir, cliName } from "./cli-cache.ts";

const languageHost = join(projectDir, "plugins", "language-nodejs", "pulumi-language-nodejs");

/** Takes the CLI out of the image that it was built in, into the user's cache; the image is removed. */
export async function takeCliFrom(docker: Docker, image: string, cacheDir?: string): Promise<string> {
  const folder = cliDir("built", cacheDir);
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}.`);
  // Never started: it only lends its files.
  const container = await docker.createContainer({ Image: image, Cmd: ["pulumi"] });
  try {
    await pipeline(await container.getArchive({ path: "/pulumi" }), tar.extract(scratch));
    renameSync(join(scratch, "pulumi"), join(scratch, cliName));
    addLanguageHost(scratch);
    rmSync(folder, { recursive: true, force: true });
    renameSync(scratch, folder);
  } finally {
    await container.remove({ force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
  await docker.getImage(image).remove();
  return join(folder, cliName);
}

/** Puts the project's Node language host beside a CLI that was built without one, or brings it up to date there. */
export function refreshLanguageHost(program: string): void {
  const folder = dirname(program);
  if (folder !== cliDir("built", dirname(dirname(folder)))) return;
  const isCurrent = readFileSync(join(folder, "pulumi-language-nodejs")).equals(readFileSync(languageHost));
  if (!isCurrent) addLanguageHost(folder);
}

function addLanguageHost(folder: string): void {
  const target = join(folder, "pulumi-language-nodejs");
  copyFileSync(languageHost, `${target}.new`);
  renameSync(`${target}.new`, target);
}
