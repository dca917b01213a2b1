/** Serves a `PluginProvider` over Pulumi's provider protocol. */
import { createRequire } from "node:module";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { EngineLog } from "./engine-log.ts";
import { methods } from "./methods.ts";
import type { PluginProvider } from "./provider.ts";

// The generated service has CommonJS exports that cannot be imported by name.
const { ResourceProviderService } = createRequire(import.meta.url)(
  "@pulumi/pulumi/proto/provider_grpc_pb.js",
);

/** Pulumi's own limit: large programs send large messages. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Starts the gRPC server on a free local port and prints the port, as the engine expects. */
export async function serve(provider: PluginProvider): Promise<void> {
  const cancellation = new AbortController();
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, methods(provider, new EngineLog(process.argv[2]), cancellation));

  // A running operation sees the abort and finishes; without one the process ends at once.
  const stop = () => {
    cancellation.abort();
    server.tryShutdown(() => process.exit(0));
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("disconnect", stop);

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  // Not by console.log, which colours numbers where FORCE_COLOR is set.
  process.stdout.write(`${port}\n`);
}
