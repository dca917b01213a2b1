/** Starts plugins as an engine does, and calls their methods. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";

const require = createRequire(import.meta.url);

export interface Plugin {
  process: ChildProcess;
  /** Calls a method of the provider protocol. */
  // biome-ignore lint/suspicious/noExplicitAny: each method has its own message type
  call(method: keyof ResourceProviderClient & string, request: unknown): Promise<any>;
  stop(): Promise<void>;
}

/** @param command the executable and its arguments, to which the engine's address is added */
export async function startPlugin(command: string[], engineAddress = "127.0.0.1:1"): Promise<Plugin> {
  const [file = "", ...args] = command;
  const child = spawn(file, [...args, engineAddress], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(createInterface({ input: child.stdout }), "line");
  const { ResourceProviderClient: Client } = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    process: child,
    call: (method, request) =>
      new Promise((resolve, reject) => {
        client[method](request, (error: ServiceError | null, response: unknown) =>
          error ? reject(error) : resolve(response),
        );
      }),
    stop: async () => {
      client.close();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
