/** The methods of the provider protocol, implemented by a `PluginProvider`. */
import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { EngineLog } from "./engine-log.ts";
import { oldState, toCheckResponse, toDiffResponse, toServiceError } from "./messages.ts";
import type { OperationContext, PluginProvider, ResourceHandler } from "./provider.ts";
import { diffSettings } from "./settings.ts";
import { fromStruct, type PropertyMap, toStruct, unwrapSecrets } from "./values.ts";

/** A method that is missing here answers UNIMPLEMENTED, which the engine takes as "not supported". */
export function methods(provider: PluginProvider, log: EngineLog, cancellation: AbortController) {
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
    signal: limited(cancellation.signal, request.getTimeout()),
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

    checkConfig: unary(async (request: rpc.CheckRequest) => toCheckResponse(fromStruct(request.getNews()))),

    diffConfig: unary(async (request: rpc.DiffRequest) =>
      toDiffResponse(diffSettings(oldState(request).inputs, fromStruct(request.getNews()))),
    ),

    configure: unary(async (request: rpc.ConfigureRequest) => {
      const settings = unwrapSecrets(fromStruct(request.getArgs())) as PropertyMap;
      await provider.configure?.(settings);
      return new rpc.ConfigureResponse().setSupportspreview(true);
    }),

    check: unary(async (request: rpc.CheckRequest) => {
      const news = fromStruct(request.getNews());
      const olds = fromStruct(request.getOlds());
      // For a resource that does not exist yet, the engine sends an empty object.
      const known = Object.keys(olds).length > 0 ? olds : undefined;
      const result = await handlerOf(request.getUrn()).check?.(news, known);
      return toCheckResponse(result?.inputs ?? news, result?.failures);
    }),

    diff: unary(async (request: rpc.DiffRequest) => {
      const handler = handlerOf(request.getUrn());
      const olds = oldState(request);
      const news = fromStruct(request.getNews());
      const isInput = (property: string) => property in news || property in olds.inputs;
      return toDiffResponse(handler.diff(request.getId(), olds, news), isInput);
    }),

    create: unary(async (request: rpc.CreateRequest) => {
      const handler = handlerOf(request.getUrn());
      const news = fromStruct(request.getProperties());
      const response = new rpc.CreateResponse();
      // The engine and the SDKs take missing properties as unknown.
      if (request.getPreview() && !handler.supportsPreview) return response.setProperties(toStruct(news));
      const created = await handler.create(news, contextOf(request, request.getPreview()));
      return response.setId(created.id).setProperties(toStruct(created.outputs));
    }),

    read: unary(async (request: rpc.ReadRequest) => {
      const inputs = request.hasInputs() ? fromStruct(request.getInputs()) : undefined;
      const outputs = request.hasProperties() ? fromStruct(request.getProperties()) : undefined;
      const handler = handlerOf(request.getUrn());
      const live = await handler.read(request.getId(), { inputs, outputs }, cancellation.signal);
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

/** @param seconds from the resource's `customTimeouts`; 0 if it sets none */
function limited(signal: AbortSignal, seconds: number): AbortSignal {
  if (seconds === 0) return signal;
  const limit = new AbortController();
  const reason = new Error(`Not done within the ${seconds} s that the resource's customTimeouts allow.`);
  setTimeout(() => limit.abort(reason), seconds * 1000).unref();
  return AbortSignal.any([signal, limit.signal]);
}

/** Wraps an async function as a gRPC method. The engine gets the message of a thrown error. */
function unary<Request, Response>(run: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => {
    run(call.request).then(
      (response) => reply(null, response),
      (error: unknown) => reply({ name: "Error", message: "", ...toServiceError(error) }),
    );
  };
}
