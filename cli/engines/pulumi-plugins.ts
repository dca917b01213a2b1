import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { Console } from "../progress.ts";
import { pathKey } from "./find-program.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The providers that the program uses besides its own. */
const providers = ["docker", "postgresql", "random"] as const;
const installTimeoutMs = 120_000;

/**
 * Sees to it that the Pulumi CLI finds every provider plugin: the official ones, or where they cannot be had
 * the ones in plugins, which go in front of the PATH.
 *
 * @returns the PATH's folders that are needed for it, none as a rule
 */
export async function providePlugins(
  pulumi: string,
  projectDir: string,
  env: Env,
  console: Console,
): Promise<Record<string, string>> {
  const missing = providers
    .map((name) => ({ name, version: packageVersion(projectDir, name) }))
    .filter(({ name, version }) => !isInstalled(name, version, env));
  if (missing.length === 0) return {};
  const step = console.step(`Installing Pulumi's plugins ${missing.map(({ name }) => name).join(", ")}`);
  const results = await Promise.all(
    missing.map(async ({ name, version }) => ({ name, error: await install(pulumi, name, version, env) })),
  );
  const failed = results.filter(({ error }) => error !== undefined);
  if (failed.length === 0) {
    step.done();
    return {};
  }
  const names = failed.map(({ name }) => name).join(", ");
  step.done(`not to be had: ${names} (${failed[0]?.error}); the project's own stand in for them`);
  const folders = failed.map(({ name }) => join(projectDir, "plugins", name));
  const key = pathKey(env);
  return { [key]: [...folders, env[key]].filter(Boolean).join(delimiter) };
}

function packageVersion(projectDir: string, name: string): string {
  const path = join(projectDir, "node_modules", "@pulumi", name, "package.json");
  return String(JSON.parse(readFileSync(path, "utf8")).version);
}

function isInstalled(name: string, version: string, env: Env): boolean {
  const home = env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  return existsSync(join(home, "plugins", `resource-${name}-v${version}`));
}

/** The reason in a line when it failed. */
function install(pulumi: string, name: string, version: string, env: Env): Promise<string | undefined> {
  const args = ["plugin", "install", "resource", name, version, "--non-interactive", "--color", "never"];
  return new Promise((resolve) => {
    execFile(pulumi, args, { env, timeout: installTimeoutMs }, (error, _stdout, stderr) => {
      if (error === null) resolve(undefined);
      else
        resolve(
          error.killed ? "no answer within 2 min" : (stderr.trim().split("\n").at(-1) ?? error.message),
        );
    });
  });
}
