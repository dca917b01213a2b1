/** Serves a `PluginProvider` over Pulumi's provider protocol. */
import { createRequire } from "node:module";
import {
  status as grpcStatus,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { EngineLog } from "./engine-log.ts";
import type {
  CheckFailure,
  Diff,
  DiffKind,
  OperationContext,
  PluginProvider,
  ResourceHandler,
} from "./provider.ts";
import { fromStruct, type PropertyMap, toStruct, unwrapSecrets } from "./values.ts";

// The generated service has no importable names, only CommonJS exports.
const { ResourceProviderService } = createRequire(import.meta.url)(
  "@pulumi/pulumi/proto/provider_grpc_pb.js",
);

/** Pulumi's own limit: large programs send large messages. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

const KINDS: Record<DiffKind, rpc.PropertyDiff.Kind> = {
  add: rpc.PropertyDiff.Kind.ADD,
  "add-replace": rpc.PropertyDiff.Kind.ADD_REPLACE,
  delete: rpc.PropertyDiff.Kind.DELETE,
  "delete-replace": rpc.PropertyDiff.Kind.DELETE_REPLACE,
  update: rpc.PropertyDiff.Kind.UPDATE,
  "update-replace": rpc.PropertyDiff.Kind.UPDATE_REPLACE,
};

/** Starts the gRPC server on a free local port and prints the port, as the engine expects. */
export async function serve(provider: PluginProvider): Promise<void> {
  const cancellation = new AbortController();
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, methods(provider, new EngineLog(process.argv[2]), cancellation));

  // An operation under way is let finish (it sees the abort); without one the process ends at once.
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

/** The protocol's methods; those not listed answer UNIMPLEMENTED, which the engine takes as "not supported". */
function methods(provider: PluginProvider, log: EngineLog, cancellation: AbortController) {
  const handlerOf = (urn: string): ResourceHandler => {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const handler = provider.resources[type];
    if (handler) return handler;
    const known = Object.keys(provider.resources).join(", ");
    throw new Error(
      `${type}: this build of the "${provider.name}" provider does not have this type; it has ${known}`,
    );
  };

  const contextOf = (
    request: { getUrn(): string; getTimeout(): number },
    preview: boolean,
  ): OperationContext => ({
    urn: request.getUrn(),
    preview,
    timeoutSeconds: request.getTimeout() || undefined,
    signal: cancellation.signal,
    log: (severity, message) => log.send(severity, message, request.getUrn(), false),
    status: (message) => log.send("info", message, request.getUrn(), true),
  });

  return {
    handshake: unary(async (request: rpc.ProviderHandshakeRequest) => {
      log.connect(request.getEngineAddress());
      return new rpc.ProviderHandshakeResponse();
    }),

    attach: unary(async (request: plugin.PluginAttach) => {
      log.connect(request.getAddress());
      return new empty.Empty();
    }),

    getPluginInfo: unary(async () => new plugin.PluginInfo().setVersion(provider.version)),

    getSchema: unary(async () => {
      const resources = Object.fromEntries(Object.keys(provider.resources).map((type) => [type, {}]));
      const schema = { name: provider.name, version: provider.version, resources };
      return new rpc.GetSchemaResponse().setSchema(JSON.stringify(schema));
    }),

    checkConfig: unary(async (request: rpc.CheckRequest) => checked(fromStruct(request.getNews()))),

    // Provider settings only say how to reach things that exist already, so none of them needs a replacement.
    diffConfig: unary(async () => new rpc.DiffResponse().setChanges(rpc.DiffResponse.DiffChanges.DIFF_NONE)),

    configure: unary(async (request: rpc.ConfigureRequest) => {
      const settings = unwrapSecrets(fromStruct(request.getArgs())) as PropertyMap;
      await provider.configure?.(settings);
      return new rpc.ConfigureResponse().setSupportspreview(true);
    }),

    check: unary(async (request: rpc.CheckRequest) => {
      const news = fromStruct(request.getNews());
      const olds = request.hasOlds() ? fromStruct(request.getOlds()) : undefined;
      const result = await handlerOf(request.getUrn()).check?.(news, olds);
      return checked(result?.inputs ?? news, result?.failures);
    }),

    diff: unary(async (request: rpc.DiffRequest) => {
      const handler = handlerOf(request.getUrn());
      return toDiffResponse(handler.diff(request.getId(), oldState(request), fromStruct(request.getNews())));
    }),

    create: unary(async (request: rpc.CreateRequest) => {
      const handler = handlerOf(request.getUrn());
      const news = fromStruct(request.getProperties());
      const response = new rpc.CreateResponse();
      // What is missing here the engine and the SDKs take as unknown.
      if (request.getPreview() && !handler.supportsPreview) return response.setProperties(toStruct(news));
      const created = await handler.create(news, contextOf(request, request.getPreview()));
      return response.setId(created.id).setProperties(toStruct(created.outputs));
    }),

    read: unary(async (request: rpc.ReadRequest) => {
      const inputs = request.hasInputs() ? fromStruct(request.getInputs()) : undefined;
      const outputs = request.hasProperties() ? fromStruct(request.getProperties()) : undefined;
      const live = await handlerOf(request.getUrn()).read(request.getId(), { inputs, outputs });
      if (!live) return new rpc.ReadResponse();
      return new rpc.ReadResponse()
        .setId(live.id)
        .setInputs(toStruct(live.inputs))
        .setProperties(toStruct(live.outputs));
    }),

    update: unary(async (request: rpc.UpdateRequest) => {
      const handler = handlerOf(request.getUrn());
      const news = fromStruct(request.getNews());
      const response = new rpc.UpdateResponse();
      if (request.getPreview() && !handler.supportsPreview) return response.setProperties(toStruct(news));
      const context = contextOf(request, request.getPreview());
      const updated = await handler.update(request.getId(), oldState(request), news, context);
      return response.setProperties(toStruct(updated.outputs));
    }),

    delete: unary(async (request: rpc.DeleteRequest) => {
      const outputs = fromStruct(request.getProperties());
      const inputs = request.hasOldInputs() ? fromStruct(request.getOldInputs()) : outputs;
      const handler = handlerOf(request.getUrn());
      await handler.delete(request.getId(), { inputs, outputs }, contextOf(request, false));
      return new empty.Empty();
    }),

    invoke: unary(async (request: rpc.InvokeRequest) => {
      throw new Error(`${request.getTok()}: this build of the "${provider.name}" provider has no functions`);
    }),

    cancel: unary(async () => {
      cancellation.abort();
      return new empty.Empty();
    }),
  };
}

/** Wraps an async function as a gRPC method; a thrown error's message is all that the engine is told. */
function unary<Request, Response>(run: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => {
    run(call.request).then(
      (response) => reply(null, response),
      (error: unknown) =>
        reply({ code: grpcStatus.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
    );
  };
}

function checked(inputs: object, failures: CheckFailure[] = []): rpc.CheckResponse {
  const list = failures.map(({ property, reason }) =>
    new rpc.CheckFailure().setProperty(property).setReason(reason),
  );
  return new rpc.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(list);
}

function oldState(request: rpc.DiffRequest | rpc.UpdateRequest) {
  const outputs = fromStruct(request.getOlds());
  return { inputs: request.hasOldInputs() ? fromStruct(request.getOldInputs()) : outputs, outputs };
}

function toDiffResponse(diff: Diff): rpc.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  const response = new rpc.DiffResponse()
    .setChanges(diff.changes ? DIFF_SOME : DIFF_NONE)
    .setReplacesList(diff.replaces)
    .setDeletebeforereplace(diff.deleteBeforeReplace ?? false)
    .setHasdetaileddiff(diff.detailed !== undefined);
  const paths = Object.entries(diff.detailed ?? {});
  response.setDiffsList([...new Set(paths.map(([path]) => path.split(/[.[]/, 1)[0] ?? path))]);
  for (const [path, kind] of paths) {
    response.getDetaileddiffMap().set(path, new rpc.PropertyDiff().setKind(KINDS[kind]).setInputdiff(true));
  }
  return response;
}
