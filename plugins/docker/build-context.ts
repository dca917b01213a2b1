/** The files that an image is built from. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Says of a path in the context, with forward slashes, whether `.dockerignore` leaves it out. */
export type Ignores = (path: string) => boolean;

/** Reads the rules of `.dockerignore`: `*`, `?`, `**`, `!exception`, `# comment`; the last match decides. */
export function parseIgnore(text: string): Ignores {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ out: !line.startsWith("!"), pattern: toRegExp(line.replace(/^!/, "")) }));
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.out ?? false;
}

function toRegExp(rule: string): RegExp {
  const glob = rule.replace(/^\.?\/+|\/+$/g, "");
  const source = glob.replace(/\*\*\/|\*\*|[*?]|[.+^${}()|[\]\\]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    return token === "?" ? "[^/]" : `\\${token}`;
  });
  // A rule for a folder holds for what is in it.
  return new RegExp(`^${source}(?:/.*)?$`);
}

/** The ignore rules of a context folder; none if it has no `.dockerignore`. */
export function readIgnore(context: string): Ignores {
  const name = ".dockerignore";
  return readdirSync(context).includes(name)
    ? parseIgnore(readFileSync(join(context, name), "utf8"))
    : () => false;
}

/** The files of the context that are not ignored, sorted, relative to it, with forward slashes. */
export function contextFiles(context: string, ignores = readIgnore(context)): string[] {
  return readdirSync(context, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => path.slice(join(context, "/").length).replaceAll("\\", "/"))
    .filter((path) => !ignores(path))
    .sort();
}

/** Changes with the name or content of any file that goes into the build. */
export function contextDigest(context: string, dockerfile: string): string {
  const hash = createHash("sha256").update(readFileSync(dockerfile));
  for (const path of contextFiles(context)) hash.update(`\0${path}\0`).update(contentOf(join(context, path)));
  return hash.digest("hex");
}

function contentOf(path: string): Buffer | string {
  try {
    return readlinkSync(path);
  } catch {
    return readFileSync(path);
  }
}
