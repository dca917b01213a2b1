import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DATADOG_PLUGIN } from "../../facts/pipeline.ts";
import type { Env } from "../env.ts";
import { Interrupted } from "../errors.ts";
import type { Console } from "../progress.ts";
import { projectDir } from "../setup/paths.ts";
import type { PulumiCli } from "./cli.ts";
import { userCacheDir } from "./cli-cache.ts";
import { type Plugin, pluginDir, preparePulumiHome, pulumiHomePath } from "./plugin-home.ts";

/** The providers that the program uses in addition to its own. */
const providers = ["docker", "postgresql", "random"] as const;
/** Used only by stacks that are configured for it, and without a substitute. The CLI installs it when it needs it. */
const optionalPlugins: readonly Plugin[] = [DATADOG_PLUGIN];
const installLimitMs = 120_000;
/** How long a failed download of a plugin is remembered before it is tried again. */
const rememberMs = 24 * 60 * 60_000;

/**
 * Installs the official provider plugins. Those that cannot be downloaded are replaced by the project's substitutes in
 * plugins/.
 *
 * @returns the environment variables for the substitutes; none with official plugins only
 */
export async function providePlugins(cli: PulumiCli, console: Console): Promise<Env> {
  const home = userHome();
  const plugins = providers.map((name) => ({ name, version: packageVersion(name) }));
  const missing = plugins.filter((plugin) => !isInstalled(pluginDir(home, plugin)));
  const askable = missing.filter((plugin) => !wasUnavailable(plugin));
  const refused = askable.length > 0 ? await install(cli, askable, console) : [];
  if (refused.length > 0) remember(refused);
  const substitutes = missing.filter((plugin) => !askable.includes(plugin) || refused.includes(plugin));
  if (substitutes.length === 0) return {};
  const optional = optionalPlugins.filter((plugin) => isInstalled(pluginDir(home, plugin)));
  return {
    PULUMI_HOME: preparePulumiHome(home, [...plugins, ...optional], substitutes),
    // The CLI would spend seconds on trying to download them at each run.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** The home with the substitutes is ignored: users set it to run the CLI by hand. */
function userHome(): string {
  const home = process.env.PULUMI_HOME;
  return home && resolve(home) !== pulumiHomePath ? resolve(home) : join(homedir(), ".pulumi");
}

/** Pulumi marks unfinished installations. */
const isInstalled = (folder: string) => existsSync(folder) && !existsSync(`${folder}.partial`);

function packageVersion(name: string): string {
  const path = join(projectDir, "node_modules", "@pulumi", name, "package.json");
  return String(JSON.parse(readFileSync(path, "utf8")).version);
}

/** @returns the plugins that could not be installed */
async function install(cli: PulumiCli, plugins: readonly Plugin[], console: Console): Promise<Plugin[]> {
  const names = plugins.map(({ name }) => name).join(", ");
  const step = console.step(`Installing Pulumi's plugins ${names}`);
  const results = await Promise.all(
    plugins.map(async (plugin) => {
      const words = ["plugin", "install", "resource", plugin.name, plugin.version, "--color", "never"];
      const { code, stderr } = await cli.run([...words, "--non-interactive"], "capture", {
        limitMs: installLimitMs,
      });
      return { plugin, code, reason: stderr.trim().split("\n").at(-1) || "no answer within 2 minutes" };
    }),
  );
  if (cli.signal.aborted) throw new Interrupted();
  const failed = results.filter(({ code }) => code !== 0);
  const without = failed.map(({ plugin }) => plugin.name).join(", ");
  step.done(
    failed[0] && `${without} cannot be downloaded (${failed[0].reason}); the project's substitutes are used`,
  );
  return failed.map(({ plugin }) => plugin);
}

const memoryFile = () => join(userCacheDir(), "unavailable-plugins.json");

function readMemory(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(memoryFile(), "utf8"));
  } catch {
    return {};
  }
}

const keyOf = ({ name, version }: Plugin) => `${name} ${version}`;

function wasUnavailable(plugin: Plugin): boolean {
  return Date.now() - (readMemory()[keyOf(plugin)] ?? 0) < rememberMs;
}

function remember(plugins: readonly Plugin[]): void {
  const now = Object.fromEntries(plugins.map((plugin) => [keyOf(plugin), Date.now()]));
  try {
    mkdirSync(dirname(memoryFile()), { recursive: true });
    writeFileSync(memoryFile(), JSON.stringify({ ...readMemory(), ...now }));
  } catch {
    // Without the cache, the download is tried again next time.
  }
}
