/** The build context of an image: the files that it is built from. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import dockerignore from "@balena/dockerignore";
import tar, { type Pack } from "tar-fs";

interface IgnoreRules {
  /** Whether a path in the context, with forward slashes, is excluded. */
  ignores(path: string): boolean;
  /** Whether a rule may include a file of an ignored folder again. */
  hasExceptions: boolean;
}

/**
 * Reads the Dockerfile's own ignore file, or else the context's `.dockerignore`. Without either, nothing is ignored.
 */
export function readIgnoreRules(context: string, dockerfile: string): IgnoreRules {
  const file = [`${dockerfile}.dockerignore`, join(context, ".dockerignore")].find((path) =>
    existsSync(path),
  );
  return parseIgnoreRules(file === undefined ? "" : readFileSync(file, "utf8"));
}

export function parseIgnoreRules(text: string): IgnoreRules {
  // Docker strips a byte order mark and is case-sensitive.
  const rules = dockerignore.default({ ignorecase: false }).add(text.replace(/^\uFEFF/, ""));
  return { ignores: (path) => rules.ignores(path), hasExceptions: /^\s*!/m.test(text) };
}

/**
 * The context's files and links that are not ignored, relative to it, with forward slashes. Entries of a folder are
 * sorted by name, as Docker walks a context.
 */
export function contextFiles(context: string, { ignores, hasExceptions }: IgnoreRules): string[] {
  const filesIn = (folder: string): string[] =>
    readdirSync(join(context, folder), { withFileTypes: true })
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
      .flatMap((entry) => {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (!entry.isDirectory()) return ignores(path) ? [] : [path];
        return ignores(path) && !hasExceptions ? [] : filesIn(path);
      });
  return filesIn("");
}

/**
 * Packs what is not ignored, and always the Dockerfile, into an archive. Folders are included, even empty ones:
 * Docker would create them with other permissions.
 *
 * @param dockerfile relative to the context
 */
export function packContext(context: string, dockerfile: string): Pack {
  const rules = readIgnoreRules(context, join(context, dockerfile));
  const included = new Set<string>();
  for (const file of [...contextFiles(context, rules), dockerfile]) {
    for (let path = file; path !== "."; path = dirname(path)) included.add(path);
  }
  const isExcluded = (path: string) => path !== "" && rules.ignores(path) && !included.has(path);
  return tar.pack(context, {
    ignore: (path) => isExcluded(relative(context, path).split(sep).join("/")),
  });
}
