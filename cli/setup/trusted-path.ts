import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, sep } from "node:path";
import type { Env } from "../env.ts";

/** Windows calls it Path. */
export function pathKey(env: Env): string {
  return Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
}

/**
 * The PATH without relative folders and without those that npm adds (`node_modules/.bin` of this folder and of all
 * parents): a user who can write to a parent folder must not decide which program runs.
 */
export function trustedPath(env: Env): string[] {
  const isFromNpm = (folder: string) =>
    folder.split(sep).join("/").replace(/\/+$/, "").endsWith("node_modules/.bin");
  return (env[pathKey(env)] ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !isFromNpm(folder));
}

/** The full path of a program on the trusted PATH. */
export function findProgram(name: string, env: Env, platform: string = process.platform): string | undefined {
  const file = platform === "win32" ? `${name}.exe` : name;
  return trustedPath(env)
    .map((folder) => join(folder, file))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
