// Runs before anything is installed: plain JavaScript, Node 18 or later, no packages.
// It installs the pinned dependencies (Node 24 among them) and hands over to TypeScript.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { oldestNode, ownNode, ownNodePackage } from "../facts/own-node.mjs";
import { withInstallLock } from "./install-lock.mjs";
import { installProgress } from "./install-progress.mjs";

export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Why the dependencies must be installed, or undefined when they are those of the lock file.
 * npm writes its own record (node_modules/.package-lock.json) last, so a killed install leaves none.
 *
 * @param {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean, dev?: boolean }> }} wanted
 * @param {{ packages: Record<string, { version?: string }> } | undefined} installed
 * @param {{ dev: boolean }} needs whether the development dependencies are needed, too
 * @returns {string | undefined}
 */
export function whyInstall(wanted, installed, needs) {
  if (installed === undefined) return "nothing is installed yet";
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === "") continue;
    const present = installed.packages[path];
    const name = path.replace(/^.*node_modules\//, "");
    if (present !== undefined && present.version !== entry.version) {
      return `${name} is ${present.version}, the lock file says ${entry.version}`;
    }
    // Optional ones are for other platforms.
    const needed = !entry.optional && !entry.devOptional && (needs.dev || !entry.dev);
    if (present === undefined && needed) return `${name} is missing`;
  }
  const extra = Object.keys(installed.packages).find((path) => wanted.packages[path] === undefined);
  return extra === undefined ? undefined : `${extra} is not in the lock file`;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function reasonToInstall(needs) {
  const wanted = readJson(join(projectDir, "package-lock.json"));
  if (wanted === undefined) throw new Error(`${join(projectDir, "package-lock.json")} cannot be read`);
  const installed = readJson(join(projectDir, "node_modules", ".package-lock.json"));
  return whyInstall(wanted, installed, needs);
}

/** Installs the pinned dependencies if necessary; a second caller waits for the first. */
export async function ensureDependencies(out, needs = { dev: false }) {
  if (reasonToInstall(needs) === undefined) return;
  await withInstallLock(join(projectDir, ".cache"), out, async () => {
    const reason = reasonToInstall(needs);
    if (reason !== undefined) await install(reason, needs, out);
  });
}

async function install(reason, needs, out) {
  const since = Date.now();
  const elapsed = () => `${Math.round((Date.now() - since) / 1000)} s`;
  const { packages } = readJson(join(projectDir, "package-lock.json"));
  const wanted = Object.entries(packages).filter(([, { dev }]) => needs.dev || !dev);
  out.write(`Installing the pinned dependencies (${reason}) ...\n`);
  const tick = setInterval(
    () => {
      const line = `  ${installProgress(projectDir, Object.fromEntries(wanted))}, ${elapsed()}`;
      out.write(out.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    },
    out.isTTY ? 1_000 : 10_000,
  );
  const { code, output } = await runNpm([
    "ci",
    `--${needs.dev ? "include" : "omit"}=dev`,
    "--no-audit",
    "--no-fund",
  ]);
  clearInterval(tick);
  if (out.isTTY) out.write("\r\x1b[K");
  if (code !== 0) {
    throw new Error(`npm ci failed after ${elapsed()} (exit code ${code}):\n${essence(output)}`);
  }
  out.write(`Installed in ${elapsed()}.\n`);
}

/** npm's output without its warnings: it begins with the error, and ends with the output of a script. */
function essence(output) {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^npm warn/i.test(line));
  return lines.length <= 40
    ? lines.join("\n")
    : [...lines.slice(0, 20), "...", ...lines.slice(-20)].join("\n");
}

/** npm's own program, which needs no shell to start, unlike npm.cmd. */
function npmCommand() {
  const bin = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(bin, "node_modules", "npm", "bin", "npm-cli.js"),
    join(bin, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const found = candidates.find(
    (path) => path !== undefined && /npm-cli\.js$/.test(path) && existsSync(path),
  );
  return found === undefined
    ? { command: "npm", args: [], shell: process.platform === "win32" }
    : { command: process.execPath, args: [found], shell: false };
}

function runNpm(args) {
  const npm = npmCommand();
  return new Promise((resolve, reject) => {
    const child = spawn(npm.command, [...npm.args, ...args], {
      cwd: projectDir,
      shell: npm.shell,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => reject(new Error(`npm cannot be started: ${error.message}`)));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** The pinned Node, or the running one where npm has none for this platform. */
export function findNode() {
  if (existsSync(ownNode)) return ownNode;
  const lock = readJson(join(projectDir, "package-lock.json"));
  const isPublished = lock?.packages[`node_modules/${ownNodePackage}`] !== undefined;
  const problem = whyNotRunning(process.versions.node, isPublished);
  if (problem !== undefined) throw new Error(problem);
  return process.execPath;
}

/**
 * Why the running Node cannot take the place of the pinned one, or undefined when it can.
 *
 * @param {string} version of the running Node
 * @param {boolean} isPublished whether npm has the pinned one for this platform
 * @returns {string | undefined}
 */
export function whyNotRunning(version, isPublished) {
  const [[major, minor], [oldestMajor, oldestMinor]] = [version, oldestNode].map((text) =>
    text.split(".").map(Number),
  );
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  const missing = isPublished ? "npm has left it out" : "npm has none for this platform";
  const todo = isPublished ? "Run `npm ci --include=optional`, or install" : "Install";
  return (
    `The project's own Node.js is not installed (${missing}), and Node.js ${version} cannot run TypeScript.\n` +
    `${todo} Node.js ${oldestNode} or later: https://nodejs.org/en/download`
  );
}

/** Runs `node args` in place of this process: same streams, signals passed on, same exit code. */
export function runInPlace(node, args) {
  // Windows calls it Path, and a copy of the environment is case-sensitive.
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  const path = [dirname(node), process.env[pathName]].filter(Boolean).join(delimiter);
  // With cached compiled code, Node processes start faster and use less memory.
  const env = { NODE_COMPILE_CACHE: join(projectDir, ".cache", "node"), ...process.env, [pathName]: path };
  // Nothing is sent on the channel: when it closes, the command knows that this process was killed (interrupt.ts).
  const child = spawn(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"], env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${node} cannot be started: ${error.message}`)));
    child.on("close", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
