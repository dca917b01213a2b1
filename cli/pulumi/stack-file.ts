import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../project.ts";

/**
 * Pulumi writes a salt into the stack's file when it creates the stack, and refuses to create a stack whose file has the
 * salt of another passphrase, such as one that somebody has committed. Without encrypted values nothing depends on the
 * salt, so the line is removed.
 */
export function dropForeignSalt({ dir, configFile }: Pick<Project, "dir" | "configFile">): void {
  const path = join(dir, configFile);
  const text = readFileSync(path, "utf8");
  const without = withoutSalt(text);
  if (without !== text) writeFileSync(path, without);
}

/** The file's text without the salt, unless a value is encrypted. */
export function withoutSalt(text: string): string {
  const isEncrypted = /^\s+secure:|\{\s*secure:/m.test(text);
  return isEncrypted ? text : text.replace(/^encryptionsalt:.*(?:\r?\n|$)/m, "");
}
