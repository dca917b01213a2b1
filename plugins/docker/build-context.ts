/** The build context of an image: the files that it is built from. */
import { readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import tar, { type Pack } from "tar-fs";
import { type IgnoreRules, readIgnoreRules } from "./formats/ignore-rules.ts";

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
