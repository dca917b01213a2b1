/** Runs provider plugins: executables that print their gRPC port. Whatever goes wrong is told by name and method. */
import { setTimeout } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import { findPlugin, type PluginPlaces } from "./plugin-lookup.ts";
import { Child } from "./processes.ts";
import { OutcomeUnknown } from "./provider.ts";

const START_TIMEOUT_MS = 60_000;
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

export const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  // A proxy that the environment names is none for this machine.
  "grpc.enable_http_proxy": 0,
};

export interface PluginHost extends PluginPlaces {
  engineAddress: string;
  startTimeoutMs?: number;
  onLine(line: string): void;
  warn(message: string): void;
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
    const { command, args, isAmbient } = findPlugin(name, version, host);
    if (isAmbient) host.warn(`using pulumi-resource-${name} from $PATH at ${command}`);
    const { startTimeoutMs = START_TIMEOUT_MS } = host;
    let onPort: (port: number) => void = () => undefined;
    const port = new Promise<number>((resolve) => {
      onPort = resolve;
    });
    const child = new Child(
      { command, args: [...args, host.engineAddress], cwd: host.project.programDir, env: host.env },
      (stream, line) => {
        if (stream === "stdout" && /^\d{1,5}$/.test(line.trim())) onPort(Number(line));
        else host.onLine(`${name}: ${line}`);
      },
    );
    const end = child.ended.then(({ code, signal }) => `ended with ${signal ?? `code ${code}`}`);
    const late = timeout(startTimeoutMs).then(
      () => `did not print its port within ${startTimeoutMs / 1000} s`,
    );
    const result = await Promise.race([port, end, late]);
    if (typeof result === "number") return new Plugin(name, child, result);
    await child.stop();
    throw new Error(`Plugin ${name} (${command}) ${result}${child.lastWords}`);
  }

  /** @throws the provider's error; where it gave none that makes sense, one with the plugin's last words. */
  async call<Q, S>(method: grpc.MethodDefinition<Q, S>, request: Q, timeoutMs: number): Promise<S> {
    const [plugin, name] = [`Plugin ${this.name}`, methodName(method)];
    if (this.#child.hasEnded) throw new Error(`${plugin} had died before ${name}${this.#child.lastWords}`);
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
      const { code, details } = error as grpc.ServiceError;
      const unknown = (what: string) => new OutcomeUnknown(`${plugin} ${what}${this.#child.lastWords}`);
      if (code === grpc.status.UNAVAILABLE) {
        // The connection may be seen to break before the process is seen to end.
        const end = await Promise.race([this.#child.ended, timeout(1_000)]);
        if (end) throw unknown(`died (${end.signal ?? `code ${end.code}`}) in ${name}`);
        throw new Error(`${plugin} cannot be reached for ${name}: ${details}`);
      }
      if (/^Deadline exceeded/.test(details)) {
        throw unknown(`did not answer ${name} within ${timeoutMs / 1000} s`);
      }
      if (/^Response message parsing error/.test(details)) {
        throw unknown(`gave an answer to ${name} that cannot be read (${details})`);
      }
      if (!details) throw new Error(`${plugin} failed in ${name} and gave no reason${this.#child.lastWords}`);
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
