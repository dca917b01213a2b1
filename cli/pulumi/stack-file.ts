import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../project.ts";

/**
 * Pulumi writes a salt into the stack's file when it creates the stack, and refuses to create one where the salt there
 * belongs to another passphrase: as in a clone of a repository in which somebody has committed the file. Without
 * encrypted values nothing depends on that salt, and the line goes.
 */
export function dropForeignSalt({ dir, configFile }: Pick<Project, "dir" | "configFile">): void {
  const path = join(dir, configFile);
  const text = readFileSync(path, "utf8");
  const without = withoutSalt(text);
  if (without !== text) writeFileSync(path, without);
}

/** The same file without its salt, unless a value in it is encrypted. */
export function withoutSalt(text: string): string {
  const isEncrypted = /^\s+secure:|\{\s*secure:/m.test(text);
  return isEncrypted ? text : text.replace(/^encryptionsalt:.*(?:\r?\n|$)/m, "");
}
