/** Finds and starts provider plugins: executables named `pulumi-resource-NAME` that print their gRPC port. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import { Child } from "./processes.ts";
import type { Project } from "./project.ts";

const START_TIMEOUT_MS = 60_000;
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
const DYNAMIC_PACKAGE = "pulumi-nodejs";

export const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  // A proxy that the environment names is none for this machine.
  "grpc.enable_http_proxy": 0,
};

export interface PluginHost {
  project: Project;
  env: NodeJS.ProcessEnv;
  engineAddress: string;
  /** Holds a folder NAME with `pulumi-resource-NAME` for packages whose own plugin is not installed. */
  fallbackDir: string;
  onLine(plugin: string, stream: "stdout" | "stderr", line: string): void;
}

interface Found {
  command: string;
  args: string[];
}

/** A running plugin. */
export class Plugin {
  readonly name: string;
  readonly #child: Child;
  readonly #client: grpc.Client;

  private constructor(name: string, child: Child, port: number) {
    this.name = name;
    this.#child = child;
    this.#client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), channelOptions);
  }

  /** @throws if there is no such plugin, or it does not come up; then with its last words. */
  static async start(name: string, version: string | undefined, host: PluginHost): Promise<Plugin> {
    const { command, args } = findPlugin(name, version, host);
    let onPort: (port: number) => void = () => undefined;
    const port = new Promise<number>((resolve) => {
      onPort = resolve;
    });
    const child = new Child(
      { command, args: [...args, host.engineAddress], cwd: host.project.programDir, env: host.env },
      (stream, line) => {
        if (stream === "stdout" && /^\d+$/.test(line.trim())) onPort(Number(line));
        else host.onLine(name, stream, line);
      },
    );
    const end = child.ended.then(({ code, signal }) => `ended with ${signal ?? `code ${code}`}`);
    const late = timeout(START_TIMEOUT_MS).then(
      () => `did not print its port within ${START_TIMEOUT_MS / 1000} s`,
    );
    const result = await Promise.race([port, end, late]);
    if (typeof result === "number") return new Plugin(name, child, result);
    await child.stop();
    throw new Error(`Plugin ${name} (${command}) ${result}${child.lastWords}`);
  }

  /** @throws the provider's error; where the plugin is gone, one with its last words. */
  async call<Q, S>(method: grpc.MethodDefinition<Q, S>, request: Q, timeoutMs: number): Promise<S> {
    try {
      return await new Promise<S>((resolve, reject) => {
        this.#client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          new grpc.Metadata(),
          { deadline: Date.now() + timeoutMs },
          (error, response) => (error ? reject(error) : resolve(response as S)),
        );
      });
    } catch (error) {
      const { code } = error as grpc.ServiceError;
      if (code === grpc.status.UNAVAILABLE) {
        // The connection may be seen to break before the process is seen to end.
        const end = await Promise.race([this.#child.ended, timeout(1_000)]);
        if (end) {
          throw new Error(
            `Plugin ${this.name} died (${end.signal ?? `code ${end.code}`}) in ${methodName(method)}${this.#child.lastWords}`,
          );
        }
      }
      if (code === grpc.status.DEADLINE_EXCEEDED) {
        throw new Error(
          `Plugin ${this.name} did not answer ${methodName(method)} within ${timeoutMs / 1000} s${this.#child.lastWords}`,
        );
      }
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#child.stop();
  }
}

async function timeout(milliseconds: number): Promise<undefined> {
  await setTimeout(milliseconds, undefined, { ref: false });
}

function methodName(method: { path: string }): string {
  return method.path.slice(method.path.lastIndexOf("/") + 1);
}

/** In the real CLI's order: Pulumi.yaml, PATH, the plugin folder; and after it the fallback. */
function findPlugin(name: string, version: string | undefined, host: PluginHost): Found {
  const { project, env } = host;
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
  const home = join(env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
  const folders = [
    ...(env.PULUMI_IGNORE_AMBIENT_PLUGINS === "true" ? [] : (env.PATH ?? "").split(delimiter)),
    ...(version ? [join(home, `resource-${name}-v${version}`)] : installedVersions(home, name)),
    join(host.fallbackDir, name),
  ];
  for (const folder of folders.filter(Boolean)) {
    const found = executableIn(folder, name);
    if (found) return found;
  }
  const wanted = `${name}${version ? ` v${version}` : ""}`;
  throw new Error(
    `There is no plugin for package ${wanted}: looked on PATH, in ${home} and in ${host.fallbackDir}. ` +
      `Install it with 'pulumi plugin install resource ${wanted}'`,
  );
}

/** The newest first. */
function installedVersions(home: string, name: string): string[] {
  if (!existsSync(home)) return [];
  const prefix = `resource-${name}-v`;
  return readdirSync(home)
    .filter((folder) => folder.startsWith(prefix) && statSync(join(home, folder)).isDirectory())
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((folder) => join(home, folder));
}

/** `path` is a folder, or the executable itself. */
function executableIn(path: string, name: string): Found | undefined {
  if (!existsSync(path)) return undefined;
  if (!statSync(path).isDirectory()) return { command: path, args: [] };
  const executable = join(path, `pulumi-resource-${name}`);
  if (process.platform !== "win32") {
    if (existsSync(executable)) return { command: executable, args: [] };
  } else if (existsSync(`${executable}.exe`)) return { command: `${executable}.exe`, args: [] };
  // A plugin in a language: the only one that this engine can run is its own.
  const manifest = join(path, "PulumiPlugin.yaml");
  if (!existsSync(manifest) || !/^runtime:\s*(name:\s*)?nodejs/m.test(readFileSync(manifest, "utf8"))) {
    return undefined;
  }
  const { main = "index.js" } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  return { command: process.execPath, args: [join(path, main)] };
}
