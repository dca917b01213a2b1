/** Where a package's plugin is, in the real CLI's order: Pulumi.yaml, PATH, the plugin folder; then the fallback. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { Project } from "./project.ts";

const DYNAMIC_PACKAGE = "pulumi-nodejs";
const isWindows = process.platform === "win32";

export interface PluginPlaces {
  project: Project;
  env: NodeJS.ProcessEnv;
  /** Holds a folder NAME with `pulumi-resource-NAME` for packages whose own plugin is not installed. */
  fallbackDir: string;
}

export interface Found {
  command: string;
  args: string[];
  /** On PATH it wins whatever its version is: the user is told. */
  isAmbient?: boolean;
}

/** @throws if there is no such plugin. */
export function findPlugin(name: string, version: string | undefined, places: PluginPlaces): Found {
  const { project, env, fallbackDir } = places;
  if (name === DYNAMIC_PACKAGE) {
    const require = createRequire(join(project.programDir, "package.json"));
    return { command: process.execPath, args: [require.resolve("@pulumi/pulumi/cmd/dynamic-provider")] };
  }
  const declared = project.plugins.find(
    (plugin) => plugin.name === name && (!version || !plugin.version || plugin.version === version),
  );
  if (declared) {
    const found = executableIn(declared.path, name);
    if (found) return found;
    throw new Error(
      `Pulumi.yaml places plugin ${name} in ${declared.path}: there is no pulumi-resource-${name} there`,
    );
  }
  const isPathIgnored = /^(1|true)$/i.test(env.PULUMI_IGNORE_AMBIENT_PLUGINS ?? "");
  for (const folder of isPathIgnored ? [] : (env.PATH ?? "").split(delimiter)) {
    const command = join(folder, `pulumi-resource-${name}${isWindows ? ".exe" : ""}`);
    if (folder && isExecutable(command)) return { command, args: [], isAmbient: true };
  }
  const home = join(env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
  const installed = versionsIn(home, name).filter((found) => !version || found === version);
  const folders = installed.map((found) => join(home, `resource-${name}-v${found}`));
  const isPartial = (folder: string) => existsSync(`${folder}.partial`);
  for (const folder of [...folders.filter((folder) => !isPartial(folder)), join(fallbackDir, name)]) {
    const found = executableIn(folder, name);
    if (found) return found;
  }
  const partial = folders.find(isPartial);
  throw new Error(
    `There is no plugin for package ${name}${version ? ` v${version}` : ""}: looked on PATH, in ${home} ` +
      `${partial ? `(the installation of ${partial} was not finished) ` : ""}and in ${fallbackDir}. ` +
      `Install it with 'pulumi plugin install resource ${name}${version ? ` v${version}` : ""}'`,
  );
}

/** The newest first, pre-releases after all others. */
function versionsIn(home: string, name: string): string[] {
  const prefix = `resource-${name}-v`;
  const isPreRelease = (version: string) => Number(version.includes("-"));
  return (existsSync(home) ? readdirSync(home, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix) && !/\.tmp\d+$/.test(entry.name))
    .map((entry) => entry.name.slice(prefix.length))
    .sort((a, b) => isPreRelease(a) - isPreRelease(b) || b.localeCompare(a, "en", { numeric: true }));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** `path` is a folder, or the executable itself. */
function executableIn(path: string, name: string): Found | undefined {
  if (!existsSync(path)) return undefined;
  if (!statSync(path).isDirectory()) return { command: path, args: [] };
  const executable = join(path, `pulumi-resource-${name}`);
  if (!isWindows && existsSync(executable)) return { command: executable, args: [] };
  if (isWindows && existsSync(`${executable}.exe`)) return { command: `${executable}.exe`, args: [] };
  // A plugin in a language: the only one that this engine can run is its own.
  const manifest = join(path, "PulumiPlugin.yaml");
  if (!existsSync(manifest) || !/^runtime:\s*(name:\s*)?nodejs/m.test(readFileSync(manifest, "utf8"))) {
    return undefined;
  }
  const { main = "index.js" } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  return { command: process.execPath, args: [join(path, main)] };
}
