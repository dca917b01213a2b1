import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A digest of every file's path, content and execute bit; modification times do not count. */
export function folderDigest(dir: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const content = createHash("sha256").update(readFileSync(file)).digest("hex");
    const isExecutable = (statSync(file).mode & 0o100) !== 0;
    hash.update(`${relative(dir, file).split(sep).join("/")}\0${isExecutable}\0${content}\0`);
  }
  return hash.digest("hex");
}
