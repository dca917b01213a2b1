import { copyFileSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectDir } from "../setup/paths.ts";

const languageHost = join(projectDir, "plugins", "language-nodejs", "pulumi-language-nodejs");

/** Copies the project's Node language host to a CLI that was built without one, unless it is up to date there. */
export function refreshLanguageHost(program: string): void {
  const folder = dirname(program);
  const isCurrent = readFileSync(join(folder, "pulumi-language-nodejs")).equals(readFileSync(languageHost));
  if (!isCurrent) addLanguageHost(folder);
}

/** @param folder of the CLI */
export function addLanguageHost(folder: string): void {
  const target = join(folder, "pulumi-language-nodejs");
  const scratch = `${target}.${process.pid}`;
  try {
    copyFileSync(languageHost, scratch);
    renameSync(scratch, target);
  } finally {
    rmSync(scratch, { force: true });
  }
}
