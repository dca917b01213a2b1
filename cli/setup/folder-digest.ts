import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/**
 * A digest over every file's path, content and execute bit; the order and the time of writing don't count.
 *
 * @param isIgnored by a file's path in the folder, with forward slashes
 */
export function folderDigest(dir: string, isIgnored: (path: string) => boolean = () => false): string {
  const hash = createHash("sha256");
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const path = relative(dir, file).split(sep).join("/");
    if (isIgnored(path)) continue;
    const content = createHash("sha256").update(readFileSync(file)).digest("hex");
    const isExecutable = (statSync(file).mode & 0o100) !== 0;
    hash.update(`${path}\0${isExecutable}\0${content}\0`);
  }
  return hash.digest("hex");
}
