import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheDir, projectDir } from "../setup/paths.ts";

export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** Where Pulumi keeps an installed plugin. */
export const pluginDir = (home: string, { name, version }: Plugin) =>
  join(home, "plugins", `resource-${name}-v${version}`);

/** The checkout's own PULUMI_HOME. */
export const pulumiHomePath = join(cacheDir, "pulumi-home");

/**
 * Prepares the checkout's own PULUMI_HOME, with substitutes installed in place of official plugins. On the PATH, the CLI
 * would warn about each of them at every start; in the user's home, other projects would find them.
 *
 * @param userHome has the user's official plugins and credentials
 * @returns the folder
 */
export function preparePulumiHome(
  userHome: string,
  plugins: readonly Plugin[],
  substitutes: readonly Plugin[],
): string {
  const home = pulumiHomePath;
  for (const plugin of plugins) {
    const folder = pluginDir(home, plugin);
    if (substitutes.includes(plugin)) writeSubstitute(folder, plugin);
    else linkAll(pluginDir(userHome, plugin), folder);
  }
  link(join(userHome, "credentials.json"), join(home, "credentials.json"));
  return home;
}

function writeSubstitute(folder: string, { name }: Plugin): void {
  const program = `pulumi-resource-${name}`;
  const launcher = pathToFileURL(join(projectDir, "plugins", "sdk", "launch.mjs")).href;
  const start = `import(${JSON.stringify(launcher)}).then(({ launch }) => launch("plugins/${name}/main.ts"));`;
  const files = {
    [program]: `#!/usr/bin/env node\n${start}\n`,
    // On Windows, the CLI starts a plugin through the language host.
    "PulumiPlugin.yaml": "runtime: nodejs\n",
    "package.json": `${JSON.stringify({ name: program, main: program })}\n`,
  };
  const isCurrent = Object.entries(files).every(
    ([file, content]) => contentOf(join(folder, file)) === content,
  );
  if (isCurrent) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(folder, file), content, { mode: 0o755 });
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Pulumi requires a real folder for each plugin, so its files are linked one by one. */
function linkAll(from: string, to: string): void {
  const files = readdirSync(from);
  const isCurrent = existsSync(to) && files.every((file) => existsSync(join(to, file)));
  if (isCurrent && !existsSync(join(to, "PulumiPlugin.yaml"))) return;
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const file of files) link(join(from, file), join(to, file));
}

function link(from: string, to: string): void {
  if (!existsSync(from) || existsSync(to)) return;
  try {
    symlinkSync(from, to);
  } catch {
    // On Windows, links need a privilege. The CLI reports what is missing.
  }
}
