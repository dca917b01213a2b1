// The Node that the project runs on: npm's package for this platform. Plain JavaScript, for programs that start it.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const isWindows = process.platform === "win32";

/** npm has none for macOS and for Windows on arm64, where the user's own Node is used. */
export const ownNodePackage = `node-${isWindows ? "win" : process.platform}-${process.arch}`;

export const ownNode = join(
  fileURLToPath(new URL("../node_modules", import.meta.url)),
  ownNodePackage,
  "bin",
  isWindows ? "node.exe" : "node",
);

/** The oldest Node that runs TypeScript without a build. */
export const oldestNode = "22.18";
