import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import dockerignore from "@balena/dockerignore";

/**
 * Twelve hex digits that identify a build context and its arguments: the names and contents of the files that the
 * build sees. Line ends are normalised, so that checkouts on all systems agree.
 */
export function contentDigest(folder: string, args: Record<string, string> = {}): string {
  const hash = crypto.createHash("sha256");
  for (const [key, value] of Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${key}=${value}\0`);
  for (const file of contextFiles(folder)) {
    const content = fs.readFileSync(path.join(folder, file)).toString("latin1").replaceAll("\r\n", "\n");
    hash.update(`${file}\0${content.length}\0${content}`, "latin1");
  }
  return hash.digest("hex").slice(0, 12);
}

/** The files of a build context. Docker reads the Dockerfile even if `.dockerignore` names it. */
function contextFiles(folder: string): string[] {
  const ignoreFile = path.join(folder, ".dockerignore");
  const rules = dockerignore({ ignorecase: false });
  if (fs.existsSync(ignoreFile)) rules.add(fs.readFileSync(ignoreFile, "utf8"));
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
    .filter((file) => file === "Dockerfile" || !rules.ignores(file))
    .sort();
}
