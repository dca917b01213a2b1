import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import type { Env } from "../env.ts";
import { pulumiVersion } from "./version.ts";

/** The user's cache of downloads and builds, shared by all checkouts. */
export function userCacheDir(
  env: Env = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  const root =
    platform === "win32"
      ? (env.LOCALAPPDATA ?? join(home, "AppData", "Local"))
      : platform === "darwin"
        ? join(home, "Library", "Caches")
        : (absolute(env.XDG_CACHE_HOME) ?? join(home, ".cache"));
  return join(root, "commerce-pipeline");
}

/** The XDG specification says to ignore relative paths. */
const absolute = (path: string | undefined) => (path !== undefined && isAbsolute(path) ? path : undefined);

/** The folder of a CLI of the pinned version for this machine: the official release, or one built from source. */
export function cliDir(source: "release" | "built", cacheDir = userCacheDir()): string {
  return join(cacheDir, "pulumi", `${pulumiVersion}-${process.platform}-${process.arch}-${source}`);
}

/**
 * Fills a folder of the cache atomically. A folder that another run has filled in the meantime is left, as it may be in
 * use.
 *
 * @param fill gets a scratch folder and returns the folder in it that is to be cached
 */
export async function addToCache(target: string, fill: (scratch: string) => Promise<string>): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const scratch = mkdtempSync(`${target}.`);
  try {
    const filled = await fill(scratch);
    if (!existsSync(target)) renameSync(filled, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export const cliName = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/** The CLI that an earlier run has cached. */
export function cachedCli(cacheDir = userCacheDir()) {
  const known = [
    { program: join(cliDir("release", cacheDir), cliName), origin: "Pulumi's release" },
    { program: join(cliDir("built", cacheDir), cliName), origin: "built from source" },
  ] as const;
  return known.find(({ program }) => existsSync(program));
}
