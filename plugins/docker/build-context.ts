/** The files that an image is built from. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import dockerignore from "@balena/dockerignore";
import tar, { type Pack } from "tar-fs";

export interface IgnoreRules {
  /** Whether a path in the context, with forward slashes, is left out. */
  ignores(path: string): boolean;
  /** Whether a rule may include a file of an ignored folder again. */
  hasExceptions: boolean;
}

/** The rules of the Dockerfile's own ignore file, else of the context's `.dockerignore`, else none. */
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
 * The context's files and links that are not ignored, relative to it, with forward slashes. Each folder's entries are
 * in the order of their names, which is how Docker walks a context.
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
 * The context as an archive: what is not ignored, and the Dockerfile in any case. Folders are in it too, also empty ones:
 * without them, Docker would create them with permissions of its own.
 *
 * @param dockerfile relative to the context
 */
export function packContext(context: string, dockerfile: string): Pack {
  const rules = readIgnoreRules(context, join(context, dockerfile));
  const included = new Set<string>();
  for (const file of [...contextFiles(context, rules), dockerfile]) {
    for (let path = file; path !== "."; path = dirname(path)) included.add(path);
  }
  const isLeftOut = (path: string) => path !== "" && rules.ignores(path) && !included.has(path);
  return tar.pack(context, {
    ignore: (path) => isLeftOut(relative(context, path).split(sep).join("/")),
  });
}
