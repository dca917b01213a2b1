/** The address that programs and plugins talk to: Pulumi's Engine service, and in runs its ResourceMonitor. */
import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/engine_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { EventSink, Severity } from "./events.ts";
import { unary } from "./monitor.ts";
import { channelOptions } from "./plugins.ts";

const severities: Severity[] = ["debug", "info", "warning", "error"];

export class Server {
  readonly #server: grpc.Server;
  readonly address: string;

  private constructor(server: grpc.Server, address: string) {
    this.#server = server;
    this.address = address;
  }

  /** Listens on a free port of 127.0.0.1. */
  static async start(sink: EventSink, onError: (message: string, urn: string) => void): Promise<Server> {
    const server = new grpc.Server(channelOptions);
    server.addService(engineGrpc.EngineService, engineService(sink, onError));
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    return new Server(server, `127.0.0.1:${port}`);
  }

  addMonitor(monitor: grpc.UntypedServiceImplementation): void {
    this.#server.addService(resourceGrpc.ResourceMonitorService, monitor);
  }

  close(): void {
    this.#server.forceShutdown();
  }
}

function engineService(
  sink: EventSink,
  onError: (message: string, urn: string) => void,
): grpc.UntypedServiceImplementation {
  const service = engineGrpc.EngineService;
  let root = "";
  return {
    log: unary(service.log, async (request) => {
      const severity = severities[request.getSeverity()] ?? "info";
      const message = request.getMessage().trimEnd();
      const [urn, ephemeral] = [request.getUrn(), request.getEphemeral()];
      if (severity === "error") onError(message, urn);
      else sink.emit({ kind: "log", severity, message, urn: urn || undefined, ephemeral });
      return new empty.Empty();
    }),
    getRootResource: unary(service.getRootResource, async () =>
      new pb.GetRootResourceResponse().setUrn(root),
    ),
    setRootResource: unary(service.setRootResource, async (request) => {
      root = request.getUrn();
      return new pb.SetRootResourceResponse();
    }),
    // It follows one release of Pulumi; a program that asks for another is told by its own imports.
    requirePulumiVersion: unary(
      service.requirePulumiVersion,
      async () => new pb.RequirePulumiVersionResponse(),
    ),
    startDebugging: unary(service.startDebugging, async () => {
      throw new Error("The embedded engine does not support debugging the program (StartDebugging)");
    }),
  };
}
