/** The credentials that `docker login` has stored: in Docker's configuration, or with a credential helper. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { DOCKER_HUB, registryOf } from "./image-name.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** As the engine takes it. */
export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly serveraddress: string;
}

export interface Credentials {
  /** None: the registry is asked without. */
  readonly auth?: RegistryAuth;
  /** Why stored credentials cannot be used. */
  readonly problem?: string;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, StoredAuth>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

interface StoredAuth {
  /** `user:password` in base64. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

const HELPER_LIMIT_MS = 15_000;

/** The credentials for an image's registry, found as the docker command does. */
export function credentialsFor(image: string, env: Env = process.env): Promise<Credentials> {
  const config = readConfig(env);
  return "problem" in config
    ? Promise.resolve({ problem: config.problem })
    : find(config, registryOf(image), env);
}

/** The credentials for a build's registries, in the form in which the engine takes them: those that `isUsed` selects. */
export async function buildCredentials(
  isUsed: (registry: string) => boolean,
  env: Env = process.env,
): Promise<Record<string, RegistryAuth>> {
  const config = readConfig(env);
  if ("problem" in config) return {};
  const keys = [...Object.keys(config.auths ?? {}), ...Object.keys(config.credHelpers ?? {})];
  const registries = [...new Set(keys.map(hostOf))].filter(isUsed);
  const found = await Promise.all(registries.map((registry) => find(config, registry, env)));
  return Object.fromEntries(found.flatMap(({ auth }) => (auth ? [[auth.serveraddress, auth]] : [])));
}

function readConfig(env: Env): DockerConfig | { problem: string } {
  const path = join(env.DOCKER_CONFIG || join(homedir(), ".docker"), "config.json");
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { problem: `${path} cannot be read as JSON` };
  }
}

async function find(config: DockerConfig, registry: string, env: Env): Promise<Credentials> {
  const entry = <T>(entries: Readonly<Record<string, T>> = {}) =>
    Object.entries(entries).find(([key]) => hostOf(key) === registry)?.[1];
  const helper = entry(config.credHelpers) ?? config.credsStore;
  const asked = helper ? await askHelper(helper, registry, env) : {};
  if (asked.auth) return asked;
  const stored = entry(config.auths);
  const auth = stored && storedAuth(stored, registry);
  return auth ? { auth } : asked;
}

/** Docker has written `https://host`, `https://host/v1/` and `host` for the same registry. */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return registryOf(`${host}/image`) === DOCKER_HUB ? DOCKER_HUB : host;
}

function storedAuth(stored: StoredAuth, serveraddress: string): RegistryAuth | undefined {
  const { identitytoken } = stored;
  if (identitytoken) return { identitytoken, serveraddress };
  const [, username, password] =
    /^([^:]+):([\s\S]*)$/.exec(Buffer.from(stored.auth ?? "", "base64").toString("utf8")) ?? [];
  const name = username ?? stored.username;
  // Docker pads old entries with null characters.
  return name
    ? { username: name, password: (password ?? stored.password ?? "").replace(/\0+$/, ""), serveraddress }
    : undefined;
}

/** Asks `docker-credential-NAME`, as docs.docker.com describes it: the registry on its input, JSON on its output. */
async function askHelper(name: string, registry: string, env: Env): Promise<Credentials> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) return { problem: `'${name}' is not a credential helper's name` };
  try {
    const child = spawn(program, ["get"], {
      env,
      stdio: ["pipe", "pipe", "ignore"],
      timeout: HELPER_LIMIT_MS,
      windowsHide: true,
    });
    child.stdin.on("error", () => {}); // it ended before it read its input
    child.stdin.end(registry);
    const code = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const [output, status] = await Promise.all([text(child.stdout), code]);
    if (status === 0) return { auth: helperAuth(JSON.parse(output), registry) };
    const hasNone = /credentials not found/i.test(output);
    return hasNone ? {} : { problem: `${program}: ${output.trim().split("\n")[0] || `exit code ${status}`}` };
  } catch (error) {
    // An answer is not repeated, as it may hold a password.
    const reason = error instanceof SyntaxError ? "its answer is not JSON" : String((error as Error).message);
    return { problem: `${program}: ${reason}` };
  }
}

function helperAuth(
  { Username, Secret }: { Username: string; Secret: string },
  serveraddress: string,
): RegistryAuth {
  return Username === "<token>"
    ? { identitytoken: Secret, serveraddress }
    : { username: Username, password: Secret, serveraddress };
}
