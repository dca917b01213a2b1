#!/usr/bin/env node
// The entry of `commerce`: runs on a machine where nothing is installed yet (see bootstrap.mjs).
import { join } from "node:path";
import { ensureDependencies, findNode, handOver, projectDir } from "./bootstrap.mjs";

try {
  // Standard output belongs to the command (`commerce outputs --json | jq`).
  await ensureDependencies(process.stderr);
  // kafkajs sets timers in the past now and then, which Node would tell the user about.
  const quiet = "--disable-warning=TimeoutNegativeWarning";
  // MiB: what is read is soon done with. Left to itself, Node keeps 30 MiB more than it has any use for.
  const small = "--max-semi-space-size=2";
  const main = join(projectDir, "cli", "main.ts");
  process.exitCode = await handOver(findNode(), [quiet, small, main, ...process.argv.slice(2)]);
} catch (error) {
  process.stderr.write(`commerce: ${error.message}\n`);
  process.exitCode = 1;
}
