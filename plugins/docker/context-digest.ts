/** Digests of a build context, so that a changed file shows as a change of the image. */
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { contextFiles } from "./build-context.ts";
import { readIgnoreRules } from "./formats/ignore-rules.ts";

/** The parts of a file that the digest covers. */
export interface ContextEntry {
  name: string;
  /** As Go prints a file's mode, such as `-rw-r--r--`. */
  mode: string;
  /** Of the file's content or the link's target, in hexadecimal. */
  sha256: string;
}

/**
 * The digest that the official plugin records, so that a stack that moves between the two does not rebuild its
 * images. It covers the Dockerfile, even if it is ignored, and each file's name, mode and content.
 */
export function contextDigest(context: string, dockerfile: string): string {
  const files = contextFiles(context, readIgnoreRules(context, dockerfile));
  return digestOf([
    // Under this name, whatever the file is called, and without a mode.
    { name: "Dockerfile", mode: modeText(), sha256: sha256(readFileSync(dockerfile)) },
    ...files.map((name) => contextEntry(context, name)),
  ]);
}

export function digestOf(entries: readonly ContextEntry[]): string {
  const hash = createHash("sha256");
  for (const { name, mode, sha256 } of entries) {
    hash.update(name).update(mode).update(Buffer.from(sha256, "hex")).update("\0");
  }
  return hash.digest("hex");
}

export function contextEntry(context: string, name: string): ContextEntry {
  const path = join(context, name);
  const stats = lstatSync(path);
  const content = stats.isSymbolicLink() ? linkTarget(path) : readFileSync(path);
  return { name, mode: modeText(stats), sha256: sha256(content) };
}

/** The digest that version 0.1 of this plugin recorded for the same files. */
export function legacyContextDigest(context: string, dockerfile: string): string {
  const hash = createHash("sha256").update(readFileSync(dockerfile));
  for (const name of contextFiles(context, readIgnoreRules(context, dockerfile)).sort()) {
    const path = join(context, name);
    hash.update(`\0${name}\0`);
    hash.update(lstatSync(path).isSymbolicLink() ? readlinkSync(path) : readFileSync(path));
  }
  return hash.digest("hex");
}

/** Go's `FileMode.String` for a file or a link. */
function modeText(stats?: Stats): string {
  const mode = stats?.mode ?? 0;
  const flags = [
    stats?.isSymbolicLink() ? "L" : "",
    mode & 0o4000 ? "u" : "",
    mode & 0o2000 ? "g" : "",
    mode & 0o1000 ? "t" : "",
  ].join("");
  const permissions = [..."rwxrwxrwx"].map((letter, bit) => (mode & (0o400 >> bit) ? letter : "-"));
  return (flags || "-") + permissions.join("");
}

/** The file that a link resolves to, relative to the working directory if the link's path is relative. */
function linkTarget(path: string): string {
  try {
    const target = realpathSync(path);
    return (isAbsolute(path) ? target : relative(realpathSync("."), target)).replaceAll("\\", "/");
  } catch {
    // A dangling link. The official plugin refuses it.
    return readlinkSync(path);
  }
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
