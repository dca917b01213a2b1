/** A provider that lives in a plugin: Pulumi's provider protocol on one side, plain property maps on the other. */
import { randomBytes } from "node:crypto";
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import {
  containsUnknown,
  fromStruct,
  type PropertyMap,
  secret,
  toStruct,
  unwrapSecrets,
} from "../plugins/sdk/values.ts";
import type { ProviderDiff } from "./planner.ts";
import type { Plugin } from "./plugins.ts";
import { type ChangeKind, knownOnly, markSecretsLike, parsePath } from "./property-path.ts";
import {
  type Existing,
  type Made,
  type OperationOptions,
  OutcomeUnknown,
  type Provider,
  type Subject,
} from "./provider.ts";
import { withoutReferences } from "./special-values.ts";

const service = providerGrpc.ResourceProviderService;
const QUICK_MS = 5 * 60_000;
const LONG_MS = 60 * 60_000;
const SOME = pb.DiffResponse.DiffChanges.DIFF_SOME;
const NONE = pb.DiffResponse.DiffChanges.DIFF_NONE;
const unchecked: ProviderDiff = { changes: "unknown", replaces: [], changed: [], deleteBeforeReplace: false };

export class PluginProvider implements Provider {
  readonly plugin: Plugin;
  #acceptsSecrets = true;
  #acceptsResources = true;
  #supportsPreview = false;
  /** False in previews where the provider's own settings are not known yet: then it is not asked anything. */
  #isConfigured = false;

  constructor(plugin: Plugin) {
    this.plugin = plugin;
  }

  async handshake(engineAddress: string): Promise<void> {
    const request = new pb.ProviderHandshakeRequest()
      .setEngineAddress(engineAddress)
      .setInvokeWithPreview(true);
    await this.#callIfImplemented(service.handshake, request);
  }

  async checkConfig(urn: string, olds: PropertyMap, news: PropertyMap) {
    const request = new pb.CheckRequest().setUrn(urn).setOlds(this.#pack(olds)).setNews(this.#pack(news));
    const response = await this.#callIfImplemented(service.checkConfig, request);
    return response ? this.#checked(response, news) : { inputs: news, failures: [] };
  }

  async diffConfig({ urn, id, inputs, outputs }: Existing, news: PropertyMap): Promise<ProviderDiff> {
    const request = new pb.DiffRequest().setUrn(urn).setId(id).setOlds(this.#pack(outputs));
    request.setOldInputs(this.#pack(inputs)).setNews(this.#pack(news));
    const response = await this.#callIfImplemented(service.diffConfig, request);
    return response ? toDiff(response) : unchecked;
  }

  /** @param settings secrets marked; what is not known yet leaves the provider unconfigured. */
  async configure(packageName: string, settings: PropertyMap): Promise<void> {
    if (containsUnknown(settings)) return;
    const request = new pb.ConfigureRequest().setAcceptsecrets(true).setAcceptresources(true);
    request.setSendsOldInputs(true).setSendsOldInputsToDelete(true).setArgs(toStruct(settings));
    for (const [key, value] of Object.entries(settings)) {
      if (key === "version") continue;
      const plain = unwrapSecrets(value);
      const text = typeof plain === "string" ? plain : JSON.stringify(plain);
      request.getVariablesMap().set(`${packageName}:config:${key}`, text);
    }
    const response = await this.#call(service.configure, request, QUICK_MS);
    this.#acceptsSecrets = response.getAcceptsecrets();
    this.#acceptsResources = response.getAcceptresources();
    this.#supportsPreview = response.getSupportspreview();
    this.#isConfigured = true;
  }

  async check(subject: Subject, olds: PropertyMap, news: PropertyMap) {
    if (!this.#isConfigured) return { inputs: news, failures: [] };
    const request = name(new pb.CheckRequest(), subject).setOlds(this.#pack(olds)).setNews(this.#pack(news));
    request.setRandomseed(randomBytes(32));
    const response = await this.#call(service.check, request, QUICK_MS);
    if (!response.hasInputs() && response.getFailuresList().length === 0 && Object.keys(news).length > 0) {
      throw new Error(`Plugin ${this.plugin.name} returned no inputs from Check`);
    }
    return this.#checked(response, news);
  }

  async diff(existing: Existing, news: PropertyMap, ignoreChanges: string[]): Promise<ProviderDiff> {
    // Pulumi takes it for a change, where nobody can tell.
    if (!this.#isConfigured) return { ...unchecked, changes: "some" };
    const request = name(new pb.DiffRequest(), existing).setId(existing.id).setNews(this.#pack(news));
    request.setOlds(this.#pack(existing.outputs)).setOldInputs(this.#pack(existing.inputs));
    request.setIgnorechangesList(ignoreChanges);
    return toDiff(await this.#call(service.diff, request, QUICK_MS));
  }

  async create(subject: Subject, inputs: PropertyMap, options: OperationOptions): Promise<Made> {
    if (this.#isOutOfReach(options)) return { id: "", outputs: {}, initErrors: [] };
    const request = name(new pb.CreateRequest(), subject).setProperties(this.#pack(inputs));
    request.setPreview(options.preview).setTimeout(options.timeoutSeconds ?? 0);
    const made = await this.#make(service.create, request, options, inputs);
    if (!made.id && !options.preview) {
      throw new OutcomeUnknown(`Plugin ${this.plugin.name} returned no id from Create`);
    }
    return made;
  }

  async update(existing: Existing, news: PropertyMap, options: OperationOptions): Promise<Omit<Made, "id">> {
    if (this.#isOutOfReach(options)) return { outputs: {}, initErrors: [] };
    const request = name(new pb.UpdateRequest(), existing).setId(existing.id).setNews(this.#pack(news));
    request.setOlds(this.#pack(existing.outputs)).setOldInputs(this.#pack(existing.inputs));
    request.setPreview(options.preview).setTimeout(options.timeoutSeconds ?? 0);
    request.setIgnorechangesList(options.ignoreChanges ?? []);
    return this.#make(service.update, request, options, news);
  }

  async delete(existing: Existing, options: OperationOptions): Promise<void> {
    const request = name(new pb.DeleteRequest(), existing).setId(existing.id);
    request.setProperties(this.#pack(existing.outputs)).setOldInputs(this.#pack(existing.inputs));
    request.setTimeout(options.timeoutSeconds ?? 0);
    await this.#call(service.delete, request, patience(options));
  }

  async read(existing: Existing, options: OperationOptions) {
    const { inputs, outputs } = existing;
    if (!this.#isConfigured) return { id: existing.id, inputs, outputs, initErrors: [] };
    const request = name(new pb.ReadRequest(), existing).setId(existing.id);
    request.setProperties(this.#pack(outputs));
    // Absent for what the stack does not know yet.
    if (Object.keys(inputs).length > 0) request.setInputs(this.#pack(inputs));
    request.setTimeout(options.timeoutSeconds ?? 0);
    const response = await this.#call(service.read, request, patience(options)).catch(toPartial);
    if (!response.getId()) return undefined;
    const newInputs = response.getInputs();
    return {
      id: response.getId(),
      outputs: this.#unpack(response.getProperties(), outputs),
      inputs: newInputs && this.#unpack(newInputs, inputs),
      initErrors: reasons(response),
    };
  }

  async invoke(token: string, args: PropertyMap, preview: boolean) {
    const request = new pb.InvokeRequest().setTok(token).setArgs(this.#pack(args)).setPreview(preview);
    const response = await this.#call(service.invoke, request, LONG_MS);
    return { result: fromStruct(response.getReturn()), failures: failures(response) };
  }

  /** Asks for what is under way to be cut short. */
  async cancel(): Promise<void> {
    await this.#callIfImplemented(service.cancel, new empty.Empty());
  }

  /** Whether a preview can only say that the outputs are not known. */
  #isOutOfReach(options: OperationOptions): boolean {
    return options.preview && !(this.#isConfigured && this.#supportsPreview);
  }

  async #make<Q>(
    method: grpc.MethodDefinition<Q, pb.CreateResponse> | grpc.MethodDefinition<Q, pb.UpdateResponse>,
    request: Q,
    options: OperationOptions,
    inputs: PropertyMap,
  ): Promise<Made> {
    const call = method as grpc.MethodDefinition<Q, pb.CreateResponse>;
    const response = await this.#call(call, request, patience(options)).catch(toPartial);
    const outputs = this.#unpack(response.getProperties(), inputs);
    const untold = Object.keys(outputs).filter((key) => !options.preview && containsUnknown(outputs[key]));
    return {
      id: "getId" in response ? response.getId() : "",
      outputs: untold.length > 0 ? knownOnly(outputs) : outputs,
      initErrors: [...reasons(response), ...untold.map((key) => `the provider did not say what '${key}' is`)],
    };
  }

  #checked(response: pb.CheckResponse, news: PropertyMap) {
    return { inputs: this.#unpack(response.getInputs(), news), failures: failures(response) };
  }

  #pack(properties: PropertyMap) {
    const plain = this.#acceptsSecrets ? properties : unwrapSecrets(properties);
    return toStruct((this.#acceptsResources ? plain : withoutReferences(plain)) as PropertyMap);
  }

  #unpack(message: Parameters<typeof fromStruct>[0], original: PropertyMap): PropertyMap {
    const properties = fromStruct(message);
    return this.#acceptsSecrets ? properties : (markSecretsLike(properties, original, secret) as PropertyMap);
  }

  #call<Q, S>(method: grpc.MethodDefinition<Q, S>, request: Q, timeoutMs: number): Promise<S> {
    return this.plugin.call(method, request, timeoutMs);
  }

  async #callIfImplemented<Q, S>(method: grpc.MethodDefinition<Q, S>, request: Q): Promise<S | undefined> {
    try {
      return await this.#call(method, request, QUICK_MS);
    } catch (error) {
      if ((error as grpc.ServiceError).code === grpc.status.UNIMPLEMENTED) return undefined;
      throw error;
    }
  }
}

/** The provider's text, without what gRPC puts before it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as Partial<grpc.ServiceError>).details || error.message;
}

interface Named {
  setUrn(urn: string): unknown;
  setName(name: string): unknown;
  setType(type: string): unknown;
}

function name<T extends Named>(request: T, subject: Subject): T {
  request.setUrn(subject.urn);
  request.setName(subject.name);
  request.setType(subject.type);
  return request;
}

/** A little more than the provider was given, so that it is the one to say what took too long. */
function patience({ timeoutSeconds = 0 }: OperationOptions): number {
  return Math.max(LONG_MS, timeoutSeconds * 1000 + QUICK_MS);
}

/** Some errors carry a resource that exists but does not work; the others are thrown on. */
function toPartial(error: unknown): pb.ErrorResourceInitFailed {
  const [details] = (error as Partial<grpc.ServiceError>).metadata?.get("grpc-status-details-bin") ?? [];
  if (Buffer.isBuffer(details)) {
    for (const detail of statusPb.Status.deserializeBinary(details).getDetailsList()) {
      if (detail.getTypeName() === "pulumirpc.ErrorResourceInitFailed") {
        return pb.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
      }
    }
  }
  throw error;
}

function reasons(response: object): string[] {
  if (!(response instanceof pb.ErrorResourceInitFailed)) return [];
  const listed = response.getReasonsList();
  return listed.length > 0 ? listed : ["the provider gave no reason"];
}

function failures(response: { getFailuresList(): pb.CheckFailure[] }) {
  return response
    .getFailuresList()
    .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
}

/** What cannot be read as a path is taken as a property's name. */
function toPath(text: string): string {
  try {
    parsePath(text);
    return text;
  } catch {
    return `[${JSON.stringify(text)}]`;
  }
}

function toDiff(response: pb.DiffResponse): ProviderDiff {
  const kinds: ChangeKind[] = ["add", "add", "delete", "delete", "update", "update"];
  const changes = response.getChanges();
  return {
    changes: changes === SOME ? "some" : changes === NONE ? "none" : "unknown",
    replaces: response.getReplacesList().map(toPath),
    changed: response.getDiffsList().map(toPath),
    detailed: new Map(
      [...response.getDetaileddiffMap().entries()].map(([path, change]) => {
        const kind = change.getKind();
        return [toPath(path), { kind: kinds[kind] ?? "update", replaces: kind % 2 === 1 }];
      }),
    ),
    deleteBeforeReplace: response.getDeletebeforereplace(),
  };
}
