/**
 * Starts a plugin written in TypeScript. Plain JavaScript, because the Node that runs the launcher may be an older one.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { oldestNode, ownNode } from "../../facts/own-node.mjs";

const PARENT_CHECK_MS = 1000;

/** @param {string} entry the plugin's main file, relative to the project's folder */
export async function launch(entry) {
  const file = new URL(`../../${entry}`, import.meta.url);
  exitWithParent();
  if (process.features.typescript) await import(file.href);
  else reexecute(fileURLToPath(file));
}

/** A killed engine cannot stop its plugins, so they check whether they have been orphaned. */
function exitWithParent() {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.exit(1), PARENT_CHECK_MS).unref();
}

function reexecute(file) {
  // An IPC channel, so that the plugin ends with this process even if that is killed.
  const stdio = ["inherit", "inherit", "inherit", "ipc"];
  const child = spawn(ownNode, [file, ...process.argv.slice(2)], { stdio });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(
      `${file} needs Node.js ${oldestNode} or newer, and the project's own did not start (run "npm ci"): ${error.message}`,
    );
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
