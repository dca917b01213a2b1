#!/usr/bin/env node
// The entry point of `commerce`: runs before anything is installed (see bootstrap.mjs).
import { join } from "node:path";
import { ensureDependencies, findNode, projectDir, runInPlace } from "./bootstrap.mjs";
import { sentenceOf } from "./system-error.mjs";

try {
  // Standard output belongs to the command (`commerce outputs --json | jq`).
  await ensureDependencies(process.stderr);
  // MiB: most objects are short-lived. By default, Node keeps 30 MiB more than it needs.
  const small = "--max-semi-space-size=2";
  const main = join(projectDir, "cli", "main.ts");
  process.exitCode = await runInPlace(findNode(), [small, main, ...process.argv.slice(2)]);
} catch (error) {
  process.stderr.write(`commerce: ${sentenceOf(error) ?? error.message}\n`);
  process.exitCode = 1;
}
