// How far `npm ci` has got. Plain JavaScript, as bootstrap.mjs.
import { existsSync } from "node:fs";
import { join } from "node:path";

const barLength = 20;

/** Whether npm certainly installs a package of the lock file on this machine. */
function isExpected({ os, cpu, libc, optional }) {
  // Needed by other optional packages, or by one of two C libraries.
  if (optional && (os === undefined || libc !== undefined)) return false;
  // A package may name one system instead of a list.
  const matches = (named, own) => {
    const list = [named ?? []].flat();
    return list.includes(own) || (list.every((one) => one.startsWith("!")) && !list.includes(`!${own}`));
  };
  return matches(os, process.platform) && matches(cpu, process.arch);
}

/**
 * `[######--------------]  30 %, 118 of 393 packages`. npm creates all folders at once and fills them one by one, so a
 * package counts when its package.json is there.
 *
 * @param {string} folder the project's
 * @param {Record<string, { os?: string | string[], cpu?: string | string[], libc?: string[], optional?: boolean }>} packages of the lock file, by path
 */
export function installProgress(folder, packages) {
  const wanted = Object.keys(packages).filter((path) => path !== "" && isExpected(packages[path]));
  const present = wanted.filter((path) => existsSync(join(folder, path, "package.json"))).length;
  const share = wanted.length === 0 ? 1 : present / wanted.length;
  const filled = Math.floor(share * barLength);
  const bar = `[${"#".repeat(filled)}${"-".repeat(barLength - filled)}]`;
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %, ${present} of ${wanted.length} packages`;
}
