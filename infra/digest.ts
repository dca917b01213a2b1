import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** What a `.dockerignore` of this project may hold: names of files or folders, and `*.ext`. */
function ignored(patterns: string[], name: string): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : pattern === name,
  );
}

function filesBelow(folder: string, patterns: string[], prefix = ""): string[] {
  return fs
    .readdirSync(path.join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const name = path.posix.join(prefix, entry.name);
      if (ignored(patterns, name) || ignored(patterns, entry.name)) return [];
      return entry.isDirectory() ? filesBelow(folder, patterns, name) : [name];
    })
    .sort();
}

/**
 * Twelve hex digits that stand for a build context and its arguments: names and contents of the files that
 * the build sees. Line ends are folded, so that checkouts on all systems agree.
 */
export function contentDigest(folder: string, args: Record<string, string> = {}): string {
  const ignoreFile = path.join(folder, ".dockerignore");
  const patterns = fs.existsSync(ignoreFile)
    ? fs
        .readFileSync(ignoreFile, "utf8")
        .split(/\r?\n/)
        .map((line) => line.trim().replace(/\/$/, ""))
        .filter((line) => line !== "" && !line.startsWith("#"))
    : [];
  const hash = crypto.createHash("sha256");
  for (const [key, value] of Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${key}=${value}\0`);
  for (const file of filesBelow(folder, patterns)) {
    const content = fs.readFileSync(path.join(folder, file)).toString("latin1").replaceAll("\r\n", "\n");
    hash.update(`${file}\0${content.length}\0${content}`, "latin1");
  }
  return hash.digest("hex").slice(0, 12);
}
