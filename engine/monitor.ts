/** The program's side of Pulumi's protocol: what it registers, reads and calls, as goals for the deployment. */
import grpc from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { fromStruct, toStruct } from "../plugins/sdk/values.ts";
import type { Deployment, Registered } from "./deployment.ts";
import { type Alias, type Goal, plainGoal } from "./goal.ts";
import { reasonOf } from "./provider-client.ts";
import { findUnsupported } from "./special-values.ts";
import { Cancelled } from "./steps.ts";
import { STACK_TYPE } from "./urn.ts";

const results = { success: pb.Result.SUCCESS, fail: pb.Result.FAIL, skip: pb.Result.SKIP };

/** Something of Pulumi that this engine does not have. */
class Unsupported extends Error {
  constructor(what: string) {
    super(`The embedded engine does not support ${what}: use the Pulumi CLI, or do without it`);
  }
}

/**
 * @param ready gives the deployment, once the state is open: the program starts up meanwhile.
 * @param learn is shown all values, for the secrets in them.
 * @param ended is called when the program says that it has declared all.
 */
export function monitorService(
  ready: Promise<Deployment>,
  learn: (values: object) => void,
  ended: () => void,
): grpc.UntypedServiceImplementation {
  const service = resourceGrpc.ResourceMonitorService;
  const refuse = (what: string) => async () => {
    throw new Unsupported(what);
  };
  return {
    // True also for what is refused when it is used: the refusal says more than the SDK's own message.
    supportsFeature: unary(service.supportsFeature, async () =>
      new pb.SupportsFeatureResponse().setHassupport(true),
    ),
    registerResource: unary(service.registerResource, async (request) => {
      const goal = toGoal(request);
      learn(goal.inputs);
      const registered = await (await ready).register(goal);
      learn(registered.properties);
      return toResponse(registered, request);
    }),
    registerResourceOutputs: unary(service.registerResourceOutputs, async (request) => {
      const outputs = fromStruct(request.getOutputs());
      refuseUnsupportedValues(outputs);
      await (await ready).registerOutputs(request.getUrn(), outputs);
      return new empty.Empty();
    }),
    readResource: unary(service.readResource, async (request) => {
      const registered = await (await ready).read({ ...toReadGoal(request), id: request.getId() });
      if (registered.result === "fail") throw new Error(`${registered.urn} could not be read`);
      return new pb.ReadResourceResponse()
        .setUrn(registered.urn)
        .setProperties(toStruct(registered.properties));
    }),
    invoke: unary(service.invoke, async (request) => {
      refusePackageReference(request);
      if (request.getTok().startsWith("pulumi:pulumi:read")) throw new Unsupported("stack references");
      const { result, failures } = await (await ready).invoke(
        request.getTok(),
        fromStruct(request.getArgs()),
        toProviderChoice(request),
      );
      return new providerPb.InvokeResponse()
        .setReturn(toStruct(result))
        .setFailuresList(
          failures.map(({ property, reason }) =>
            new providerPb.CheckFailure().setProperty(property).setReason(reason),
          ),
        );
    }),
    call: unary(service.call, refuse("method calls on resources (call)")),
    registerStackTransform: unary(service.registerStackTransform, refuse("stack transforms")),
    registerStackInvokeTransform: unary(service.registerStackInvokeTransform, refuse("invoke transforms")),
    registerResourceHook: unary(service.registerResourceHook, refuse("resource hooks")),
    registerErrorHook: unary(service.registerErrorHook, refuse("error hooks")),
    registerPackage: unary(service.registerPackage, refuse("parameterized packages")),
    getDeploymentInfo: unary(service.getDeploymentInfo, refuse("GetDeploymentInfo")),
    // Deletions run no code of the program, so it need not wait for them.
    signalAndWaitForShutdown: unary(service.signalAndWaitForShutdown, async () => {
      ended();
      return new empty.Empty();
    }),
  };
}

/** Errors become what the SDKs understand: a cancelled run as a monitor that has gone. */
export function unary<Q, S>(
  _method: grpc.MethodDefinition<Q, S>,
  handle: (request: Q) => Promise<S>,
): grpc.handleUnaryCall<Q, S> {
  return (call, callback) => {
    handle(call.request).then(
      (response) => callback(null, response),
      (error) => {
        const code = error instanceof Cancelled ? grpc.status.UNAVAILABLE : grpc.status.UNKNOWN;
        callback({ code, details: reasonOf(error) });
      },
    );
  };
}

function toResponse(
  registered: Registered,
  request: pb.RegisterResourceRequest,
): pb.RegisterResourceResponse {
  if (registered.result !== "success" && !request.getSupportsresultreporting()) {
    throw new Error(`${registered.urn} failed`);
  }
  return new pb.RegisterResourceResponse()
    .setUrn(registered.urn)
    .setId(registered.id)
    .setObject(toStruct(registered.properties))
    .setResult(results[registered.result]);
}

function toGoal(request: pb.RegisterResourceRequest): Goal {
  refuseOptions(request);
  const inputs = fromStruct(request.getObject());
  refuseUnsupportedValues(inputs);
  refuseBuiltInType(request.getType());
  const properties = [...request.getPropertydependenciesMap().entries()];
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs,
    parent: request.getParent() || undefined,
    protect: request.hasProtect() ? request.getProtect() : undefined,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deletedWith: request.getDeletedwith() || undefined,
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(properties.map(([key, urns]) => [key, urns.getUrnsList()])),
    ...toProviderChoice(request),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    hideDiffs: request.getHidediffsList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [
      ...request.getAliasurnsList().map((urn) => ({ urn })),
      ...request.getAliasesList().map((alias): Alias => {
        const spec = alias.getSpec();
        if (!spec) return { urn: alias.getUrn() };
        const { parenturn, noparent, ...rest } = spec.toObject();
        return { ...rest, parent: parenturn || undefined, noParent: noparent };
      }),
    ],
    customTimeouts: toTimeouts(request.getCustomtimeouts()),
    importId: request.getImportid() || undefined,
  };
}

function toReadGoal(request: pb.ReadResourceRequest): Goal {
  refuseBuiltInType(request.getType());
  refusePackageReference(request);
  const inputs = fromStruct(request.getProperties());
  refuseUnsupportedValues(inputs);
  return {
    ...plainGoal(request.getType(), request.getName(), inputs),
    ...toProviderChoice(request),
    parent: request.getParent() || undefined,
    dependencies: request.getDependenciesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  };
}

interface ProviderChoice {
  getProvider(): string;
  getVersion(): string;
  getPlugindownloadurl(): string;
  getPackageref(): string;
}

function toProviderChoice(request: ProviderChoice) {
  return {
    provider: request.getProvider() || undefined,
    version: request.getVersion().replace(/^v/, "") || undefined,
    pluginDownloadUrl: request.getPlugindownloadurl() || undefined,
  };
}

function refuseOptions(request: pb.RegisterResourceRequest): void {
  refusePackageReference(request);
  const used: [boolean, string][] = [
    [request.getRemote(), `components that run in a plugin (${request.getType()})`],
    [request.getTransformsList().length > 0, "the resource option 'transforms'"],
    [request.getReplaceWithList().length > 0, "the resource option 'replaceWith'"],
    [request.hasReplacementTrigger(), "the resource option 'replacementTrigger'"],
    [request.hasHooks(), "the resource option 'hooks'"],
    [request.getEnvvarmappingsMap().getLength() > 0, "the provider option 'envVarMappings'"],
    [request.getPluginchecksumsMap().getLength() > 0, "plugin checksums"],
  ];
  const refused = used.find(([isUsed]) => isUsed);
  if (refused) throw new Unsupported(`${refused[1]} (used by ${request.getName()})`);
}

function refusePackageReference(request: { getPackageref(): string }): void {
  if (request.getPackageref()) throw new Unsupported("parameterized packages");
}

function refuseBuiltInType(type: string): void {
  if (type === "pulumi:pulumi:StackReference") throw new Unsupported("stack references");
  if (type.startsWith("pulumi:pulumi:") && type !== STACK_TYPE)
    throw new Unsupported(`resources of type ${type}`);
}

function refuseUnsupportedValues(values: object): void {
  for (const [key, value] of Object.entries(values)) {
    const what = findUnsupported(value);
    if (what) throw new Unsupported(`${what} as a value (property '${key}')`);
  }
}

/** @returns only those that are set, in seconds. */
function toTimeouts(timeouts: pb.RegisterResourceRequest.CustomTimeouts | undefined) {
  const { pb_delete, ...others } = timeouts?.toObject() ?? { pb_delete: "" };
  const set = Object.entries({ ...others, delete: pb_delete }).filter(([, duration]) => duration);
  return Object.fromEntries(set.map(([operation, duration]) => [operation, seconds(duration)]));
}

/** A Go duration such as `1h30m` or `90s`. */
function seconds(duration: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  let total = 0;
  const rest = duration.replace(/(\d+(?:\.\d+)?)(ms|h|m|s)/g, (_, count: string, unit: string) => {
    total += Number(count) * (units[unit] ?? 0);
    return "";
  });
  if (rest !== "")
    throw new Error(`customTimeouts: '${duration}' is no duration: write it as 90s, 5m or 1h30m`);
  return total;
}
