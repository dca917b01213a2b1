/** Sends log lines to the engine that started this plugin. */
import { createRequire } from "node:module";
import { credentials } from "@grpc/grpc-js";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import type { Severity } from "./provider.ts";

const SEVERITIES: Record<Severity, engine.LogSeverity> = {
  debug: engine.LogSeverity.DEBUG,
  info: engine.LogSeverity.INFO,
  warning: engine.LogSeverity.WARNING,
  error: engine.LogSeverity.ERROR,
};

export class EngineLog {
  #address: string | undefined;
  #client: EngineClient | undefined;

  /** @param address host:port; without it (a plugin started by hand) lines go to stderr */
  constructor(address: string | undefined) {
    this.#address = address;
  }

  connect(address: string): void {
    if (address === this.#address) return;
    this.#address = address;
    this.#client = undefined;
  }

  /** Sends a line without waiting: a line that cannot be delivered must not fail an operation. */
  send(severity: Severity, message: string, urn: string, ephemeral: boolean): void {
    if (!this.#address) {
      console.error(`${severity}: ${message}`);
      return;
    }
    this.#client ??= connect(this.#address);
    const line = new engine.LogRequest()
      .setSeverity(SEVERITIES[severity])
      .setMessage(message)
      .setUrn(urn)
      .setEphemeral(ephemeral);
    this.#client.log(line, () => {});
  }
}

/** Loaded on first use: most runs never log. */
function connect(address: string): EngineClient {
  const { EngineClient } = createRequire(import.meta.url)("@pulumi/pulumi/proto/engine_grpc_pb.js");
  // A proxy in the environment is not for this machine.
  return new EngineClient(address, credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
}
