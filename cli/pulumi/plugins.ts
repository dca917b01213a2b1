import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Interrupted } from "../errors.ts";
import type { Console } from "../progress.ts";
import { cacheDir, projectDir } from "../setup/paths.ts";
import type { PulumiCli } from "./cli.ts";
import { userCacheDir } from "./cli-cache.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The providers that the program uses besides its own. */
const providers = ["docker", "postgresql", "random"] as const;
const installLimitMs = 120_000;
/** How long a plugin that could not be downloaded is not asked for again. */
const rememberMs = 24 * 60 * 60_000;

interface Plugin {
  readonly name: string;
  readonly version: string;
}

/**
 * Sees to it that the Pulumi CLI finds the provider plugins: the official ones, or where they cannot be downloaded the
 * project's stand-ins in plugins/.
 *
 * @returns the variables that this takes: none with the official ones
 */
export async function providePlugins(cli: PulumiCli, console: Console): Promise<Env> {
  const plugins = providers.map((name) => ({ name, version: packageVersion(name) }));
  const home = cli.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const missing = plugins.filter((plugin) => !existsSync(pluginDir(home, plugin)));
  if (missing.length === 0) return {};
  if (!wereUnavailable(missing)) {
    const failure = await install(cli, missing, console);
    if (failure === undefined) return {};
    remember(missing);
  }
  return standIns(home, plugins);
}

const pluginDir = (home: string, { name, version }: Plugin) =>
  join(home, "plugins", `resource-${name}-v${version}`);

function packageVersion(name: string): string {
  const path = join(projectDir, "node_modules", "@pulumi", name, "package.json");
  return String(JSON.parse(readFileSync(path, "utf8")).version);
}

/** @returns why one of them could not be installed */
async function install(
  cli: PulumiCli,
  plugins: readonly Plugin[],
  console: Console,
): Promise<string | undefined> {
  const step = console.step(`Installing Pulumi's plugins ${plugins.map(({ name }) => name).join(", ")}`);
  const results = await Promise.all(
    plugins.map(({ name, version }) => {
      const words = ["plugin", "install", "resource", name, version, "--non-interactive", "--color", "never"];
      return cli.run(words, "capture", installLimitMs);
    }),
  );
  if (cli.signal.aborted) throw new Interrupted();
  const failed = results.find(({ code }) => code !== 0);
  const reason = failed && (failed.stderr.trim().split("\n").at(-1) || "no answer within 2 minutes");
  step.done(reason && `they cannot be downloaded (${reason}); the project's own are used`);
  return reason;
}

const memory = () => join(userCacheDir(), "unavailable-plugins.json");

function readMemory(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(memory(), "utf8"));
  } catch {
    return {};
  }
}

const nameOf = ({ name, version }: Plugin) => `${name} ${version}`;

function wereUnavailable(plugins: readonly Plugin[]): boolean {
  const known = readMemory();
  return plugins.some((plugin) => Date.now() - (known[nameOf(plugin)] ?? 0) < rememberMs);
}

function remember(plugins: readonly Plugin[]): void {
  const now = Object.fromEntries(plugins.map((plugin) => [nameOf(plugin), Date.now()]));
  mkdirSync(dirname(memory()), { recursive: true });
  writeFileSync(memory(), JSON.stringify({ ...readMemory(), ...now }));
}

/**
 * A PULUMI_HOME of the checkout's own, in which the stand-ins are installed in place of the official plugins: on the
 * PATH the CLI would warn of each, at each start, and in the user's home other projects would find them.
 */
function standIns(userHome: string, plugins: readonly Plugin[]): Env {
  const home = join(cacheDir, "pulumi-home");
  for (const plugin of plugins) {
    const folder = pluginDir(home, plugin);
    mkdirSync(folder, { recursive: true });
    const launcher = pathToFileURL(join(projectDir, "plugins", "sdk", "launch.mjs")).href;
    const start = `import(${JSON.stringify(launcher)}).then(({ launch }) => launch("plugins/${plugin.name}/main.ts"));`;
    const program = `pulumi-resource-${plugin.name}`;
    write(join(folder, program), `#!/usr/bin/env node\n${start}\n`, 0o755);
    // On Windows the CLI starts a plugin through the language host.
    write(join(folder, "PulumiPlugin.yaml"), "runtime: nodejs\n");
    write(join(folder, "package.json"), `${JSON.stringify({ name: program, main: program })}\n`);
  }
  linkCredentials(userHome, home);
  // Not asked for: the CLI would try to download them for seconds at each run.
  return { PULUMI_HOME: home, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
}

function write(path: string, content: string, mode = 0o644): void {
  if (!existsSync(path) || readFileSync(path, "utf8") !== content) writeFileSync(path, content, { mode });
}

/** Where the user is logged in is known in the user's own home. */
function linkCredentials(from: string, to: string): void {
  const file = join(from, "credentials.json");
  const link = join(to, "credentials.json");
  if (!existsSync(file) || existsSync(link)) return;
  try {
    symlinkSync(file, link);
  } catch {
    // Windows asks for a privilege: only --backend current needs it.
  }
}
