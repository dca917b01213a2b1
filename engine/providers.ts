/**
 * The providers of a run. They are resources themselves, whose own lifecycle (Pulumi's `pulumi:providers:NAME`)
 * is the engine's: their plugins start early and are configured when first needed.
 */
import { randomUUID } from "node:crypto";
import { deepEqual, isUnknown, type PropertyMap, UNKNOWN } from "../plugins/sdk/values.ts";
import type { ProviderDiff } from "./planner.ts";
import type { Existing, Made, OperationOptions, Provider, Subject } from "./provider.ts";
import type { PluginProvider } from "./provider-client.ts";
import type { ResourceState } from "./state.ts";
import { packageOf, parseUrn, splitReference } from "./urn.ts";

/** Input that holds the engine's own notes on a provider. */
const INTERNAL = "__internal";

/** What a deployment needs of providers; the tests have one without processes. */
export interface Providers {
  /** Handles provider resources. */
  readonly lifecycle: Provider;
  /** @throws if the provider is not known or cannot be started. */
  get(reference: string): Promise<Provider>;
  /** Makes a provider from a state available. */
  adopt(state: ResourceState): void;
}

/** Starts a plugin for a package; each provider has a process of its own, as settings are the process's. */
export type StartPlugin = (packageName: string, version: string | undefined) => Promise<PluginProvider>;

export class PluginProviders implements Providers, Provider {
  readonly #start: StartPlugin;
  readonly #all: Promise<PluginProvider>[] = [];
  /** By URN and version. */
  readonly #latest = new Map<string, Running>();
  readonly #byReference = new Map<string, () => Promise<PluginProvider>>();
  readonly #inputs = new Map<string, PropertyMap>();

  constructor(start: StartPlugin) {
    this.#start = start;
  }

  get lifecycle(): Provider {
    return this;
  }

  async get(reference: string): Promise<Provider> {
    const provider = this.#byReference.get(reference);
    if (!provider) throw new Error(`There is no provider ${reference}`);
    return provider();
  }

  adopt({ urn, id, inputs = {} }: ResourceState): void {
    const reference = `${urn}::${id}`;
    // Settings may have changed though the provider says that it is the same.
    if (!deepEqual(this.#inputs.get(reference), inputs)) this.#register(reference, inputs);
  }

  /** Starts the plugin of a provider that the run is likely to need, without waiting for it. */
  warmUp({ urn, type, inputs }: ResourceState): void {
    // Whoever needs it is told of a failure.
    this.#plugin(urn, type, inputs ?? {}).catch(() => undefined);
  }

  /** Asks all plugins to cut short what is under way. */
  cancel(): void {
    for (const provider of this.#all) provider.then((started) => started.cancel()).catch(() => undefined);
  }

  /** Ends all plugins. */
  async close(): Promise<void> {
    const providers = await Promise.allSettled(this.#all);
    await Promise.all(
      providers.map((result) => (result.status === "fulfilled" ? result.value.plugin.stop() : undefined)),
    );
  }

  async check({ urn, type }: Subject, olds: PropertyMap, news: PropertyMap) {
    const provider = await this.#plugin(urn, type, news);
    const checked = await provider.checkConfig(urn, settings(olds), settings(news));
    const internal = news[INTERNAL];
    return internal === undefined
      ? checked
      : { ...checked, inputs: { ...checked.inputs, [INTERNAL]: internal } };
  }

  async diff(existing: Existing, news: PropertyMap): Promise<ProviderDiff> {
    const old = { ...existing, inputs: settings(existing.inputs) };
    if (deepEqual(old.inputs, settings(news))) return { ...unchanged };
    const provider = await this.#plugin(existing.urn, existing.type, news);
    const diff = await provider.diffConfig(old, settings(news));
    return diff.changes === "unknown" ? { ...diff, changes: "some" } : diff;
  }

  async create({ urn }: Subject, inputs: PropertyMap, { preview }: OperationOptions): Promise<Made> {
    const id = preview ? UNKNOWN : randomUUID();
    await this.#register(`${urn}::${id}`, inputs)();
    return { id: preview ? "" : id, outputs: settings(inputs), initErrors: [] };
  }

  async update({ urn, id }: Existing, news: PropertyMap) {
    await this.#register(`${urn}::${id}`, news)();
    return { outputs: settings(news), initErrors: [] };
  }

  async delete(): Promise<void> {}

  async read({ id, inputs, outputs }: Existing) {
    return { id, inputs, outputs, initErrors: [] };
  }

  invoke(): Promise<never> {
    throw new Error("Providers have no functions of their own");
  }

  /** @returns what configures it on its first call, and gives it on each. */
  #register(reference: string, inputs: PropertyMap): () => Promise<PluginProvider> {
    const { urn } = splitReference(reference);
    const { type } = parseUrn(urn);
    let ready: Promise<PluginProvider> | undefined;
    const get = () => {
      ready ??= this.#configured(urn, type, inputs);
      return ready;
    };
    this.#byReference.set(reference, get);
    this.#inputs.set(reference, inputs);
    return get;
  }

  #configured(urn: string, type: string, inputs: PropertyMap): Promise<PluginProvider> {
    const running = this.#running(urn, type, inputs);
    const wanted = settings(inputs);
    // A plugin keeps the settings that it was given: others need another process.
    const isTaken = running.settings && !deepEqual(running.settings, wanted);
    const own = isTaken ? this.#launch(urn, type, inputs) : running;
    own.settings = wanted;
    own.configured ??= own.provider.then(async (provider) => {
      await provider.configure(packageOf(type), wanted);
      return provider;
    });
    return own.configured;
  }

  #plugin(urn: string, type: string, inputs: PropertyMap): Promise<PluginProvider> {
    return this.#running(urn, type, inputs).provider;
  }

  #running(urn: string, type: string, inputs: PropertyMap): Running {
    return this.#latest.get(`${urn}@${version(inputs)}`) ?? this.#launch(urn, type, inputs);
  }

  #launch(urn: string, type: string, inputs: PropertyMap): Running {
    const running: Running = { provider: this.#start(packageOf(type), version(inputs)) };
    this.#latest.set(`${urn}@${version(inputs)}`, running);
    this.#all.push(running.provider);
    return running;
  }
}

interface Running {
  provider: Promise<PluginProvider>;
  settings?: PropertyMap;
  /** With those settings. */
  configured?: Promise<PluginProvider>;
}

const unchanged: ProviderDiff = { changes: "none", replaces: [], changed: [], deleteBeforeReplace: false };

function settings(inputs: PropertyMap): PropertyMap {
  const { [INTERNAL]: _, ...rest } = inputs;
  return rest;
}

function version({ version }: PropertyMap): string | undefined {
  return typeof version === "string" && !isUnknown(version) ? version : undefined;
}
