/**
 * The embedded engine: runs a Pulumi program as the Pulumi CLI would, with the state in the CLI's own format.
 * Problems that are found before anything happens are thrown; those of a run are in its summary.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { type PropertyMap, secret, unwrapSecrets } from "../plugins/sdk/values.ts";
import type { Config } from "./config.ts";
import { deleteLeftovers } from "./deletions.ts";
import { Deployment, type DeploymentOptions } from "./deployment.ts";
import type { EventSink, Summary, Verb } from "./events.ts";
import { type ImportRequest, importResource as importResourceInto } from "./import.ts";
import { takeLock } from "./lock.ts";
import { monitorService } from "./monitor.ts";
import { Operations } from "./operations.ts";
import { Plugin } from "./plugins.ts";
import { runProgram } from "./program.ts";
import { PluginProvider } from "./provider-client.ts";
import { PluginProviders } from "./providers.ts";
import { MASK, mask, RedactingSink } from "./redaction.ts";
import { refresh as refreshState } from "./refresh.ts";
import { Server } from "./server.ts";
import { Snapshot } from "./snapshot.ts";
import { providerConfig, Stack, type StackOptions } from "./stack.ts";
import type { Operation, ResourceState } from "./state.ts";
import { Cancelled, StepFailed, Steps } from "./steps.ts";
import { Targets } from "./targets.ts";
import { isProviderType, STACK_TYPE } from "./urn.ts";

export type { EngineEvent, EventSink, Failure, Step, Summary } from "./events.ts";

export interface EngineOptions extends StackOptions {
  display: EventSink;
  /** Operations at a time; default: 4 for each core, at least 16. */
  parallel?: number;
  /** Look at every resource first. */
  refresh?: boolean;
  /** Awaited once the stack is locked, before anything is read. Not in a preview, which locks nothing. */
  prepare?: () => Promise<void>;
  /** Stops the run: nothing new is begun, what is under way is finished and written down. */
  signal?: AbortSignal;
  /** Where plugins are taken from that are not installed; default: the engine's own. */
  pluginFallbackDir?: string;
  /** URNs of resources to replace though nothing changed. */
  replace?: string[];
  /** URNs, or patterns of them, of the only resources to act on. */
  target?: string[];
  /** Act on what depends on the targets, too. */
  targetDependents?: boolean;
  /** Begin other things though something failed. */
  continueOnError?: boolean;
  /** Say what would be done, and do nothing. */
  dryRun?: boolean;
}

/** Brings the stack to what its program declares. */
export function up(options: EngineOptions): Promise<Summary> {
  return run("up", options);
}

/** Says what `up` would do. Changes nothing. */
export function preview(options: EngineOptions): Promise<Summary> {
  return run("preview", options);
}

/** Deletes everything that the stack holds. The program is not run. */
export function destroy(options: EngineOptions): Promise<Summary> {
  return run("destroy", options);
}

/** Takes over into the state what is really there. The program is not run. */
export function refresh(options: EngineOptions): Promise<Summary> {
  return run("refresh", options);
}

/** Takes a resource that exists already into the stack, just as it is. The program is not run. */
export function importResource(options: EngineOptions & { resource: ImportRequest }): Promise<Summary> {
  return run("import", options);
}

/** @returns the stack's outputs as they were last written; secrets as `[secret]` unless asked for. */
export async function outputs(
  options: StackOptions & { showSecrets?: boolean },
): Promise<Record<string, unknown>> {
  const { contents } = await new Stack(options).state();
  const found = stackOutputs(contents.resources);
  return (options.showSecrets ? unwrapSecrets(found) : mask(found)) as Record<string, unknown>;
}

async function run(verb: Verb, options: EngineOptions & { resource?: ImportRequest }): Promise<Summary> {
  const begin = Date.now();
  // Most of the heap is messages that have been dealt with: 130 MiB do for 300 resources, V8 would take 230.
  setFlagsFromString("--optimize-for-size");
  const sink = new RedactingSink(options.display);
  const stack = new Stack(options);
  const isPreview = verb === "preview" || (options.dryRun ?? false);
  const signal = options.signal ?? new AbortController().signal;
  const parallel = options.parallel ?? Math.max(16, 4 * availableParallelism());
  const { continueOnError } = options;
  const steps = new Steps(sink, { preview: isPreview, parallel, signal, continueOnError });
  const unlock = isPreview ? () => undefined : takeLock(stack.backend.locks, (note) => steps.warn(note));
  const cleanUp: (() => unknown)[] = [unlock];
  try {
    if (!isPreview) await options.prepare?.();
    // Its key takes half a second to derive, meanwhile the rest gets going.
    const opened = stack.state();
    opened.catch(() => undefined);
    const config = await stack.config();
    sink.learn([...config.values()].map(({ value, secret: isSecret }) => (isSecret ? secret(value) : value)));
    sink.emit({
      kind: "begin",
      verb,
      project: stack.project.name,
      stack: stack.name,
      preview: isPreview,
      config: Object.fromEntries([...config].map(([key, { value, secret }]) => [key, secret ? MASK : value])),
    });
    const server = await Server.start(sink, (message, urn) => steps.fail(message, urn || undefined));
    cleanUp.push(() => server.close());
    const providers = new PluginProviders((name, version) =>
      startPlugin(name, version, stack, options, server, sink),
    );
    cleanUp.push(() => providers.close());
    signal.addEventListener("abort", () => providers.cancel(), { once: true });
    const world = opened.then(async (state) => {
      sink.learn(state.contents.resources);
      const write = async (contents: typeof state.contents) => {
        if (!isPreview) await state.save(contents);
      };
      for (const operation of state.contents.pending) steps.warn(cutOff(operation), operation.resource.urn);
      // A refresh is how the user says that nothing is left of it.
      const pending = verb === "refresh" ? [] : state.contents.pending;
      const snapshot = new Snapshot({ ...state.contents, pending }, write);
      const operations = new Operations(snapshot, providers, steps);
      for (const resource of snapshot.old) if (isProviderType(resource.type)) providers.warmUp(resource);
      return { snapshot, operations, oldOutputs: stackOutputs(state.contents.resources) };
    });
    await act(verb, { stack, config, options, server, sink, steps, parallel, signal, world });
    const { snapshot, oldOutputs } = await world;
    await steps.idle();
    await snapshot.commit();
    const found = stackOutputs(snapshot.resources());
    if (verb !== "destroy") sink.emit({ kind: "outputs", old: oldOutputs, new: found, preview: isPreview });
    const summary: Summary = {
      changes: steps.counts,
      durationMs: Date.now() - begin,
      outputs: mask(found) as Record<string, unknown>,
      failures: steps.failures.map((failure) => ({ ...failure, message: sink.clean(failure.message) })),
    };
    sink.emit({ kind: "end", verb, stack: stack.name, preview: isPreview, summary });
    return summary;
  } finally {
    for (const close of cleanUp.reverse()) await close();
  }
}

/** What is said of an operation that a run before began and did not end. */
const cutOff = ({ type }: Operation) =>
  type === "creating"
    ? "A run ended in the middle of creating it: it may be there though the state does not have it. The next up " +
      "makes it, or takes it up where the provider finds its earlier work; a refresh drops this note"
    : `A run ended in the middle of ${type} it: a refresh shows what is really there`;

interface Run {
  stack: Stack;
  config: Config;
  options: EngineOptions & { resource?: ImportRequest };
  server: Server;
  sink: RedactingSink;
  steps: Steps;
  parallel: number;
  signal: AbortSignal;
  world: Promise<{ operations: Operations; snapshot: Snapshot }>;
}

async function act(verb: Verb, run: Run): Promise<void> {
  try {
    const wantsRefresh = verb === "refresh" || run.options.refresh || run.stack.project.refresh;
    const targets = new Targets(run.options.target, run.options.targetDependents);
    const runsProgram = verb === "up" || verb === "preview";
    const refreshed = run.world.then(async ({ operations }) => {
      const known = new Set(operations.snapshot.old.map(({ urn }) => urn));
      new Targets(run.options.replace).refuseUnknown(known);
      if (!runsProgram) targets.refuseUnknown(known);
      const unread = wantsRefresh ? await refreshState(operations, verb !== "refresh", targets) : undefined;
      if (verb !== "refresh") run.steps.resetCounts();
      return { operations, unread };
    });
    if (runsProgram) await runDeployment(run, targets, refreshed);
    const { operations } = await refreshed;
    if (run.options.resource) {
      const options = deploymentOptions(run, targets);
      const deployment = new Deployment(operations, options);
      return await importResourceInto(operations, deployment, options, run.options.resource);
    }
    // With something missing in the program's account, what it did not mention is not known to be unwanted.
    if (verb !== "refresh" && run.steps.failures.length === 0) {
      await deleteLeftovers(operations, targets);
    }
  } catch (error) {
    if (!(error instanceof Cancelled || error instanceof StepFailed))
      run.steps.fail((error as Error).message);
    else if (run.signal.aborted) {
      run.steps.fail("Cancelled: what was under way has been finished and written down");
    }
  }
}

interface Refreshed {
  operations: Operations;
  unread?: ReadonlySet<string>;
}

async function runDeployment(run: Run, targets: Targets, refreshed: Promise<Refreshed>): Promise<void> {
  const { stack, config, server, sink, steps, signal } = run;
  const deployment = refreshed.then(
    ({ operations, unread }) => new Deployment(operations, { ...deploymentOptions(run, targets), unread }),
  );
  // A run that cannot begin is reported once, and the program just ends.
  const begun = deployment.catch(() => {
    throw new Cancelled();
  });
  begun.catch(() => undefined);
  let hasDeclaredAll = false;
  const ended = () => {
    hasDeclaredAll = true;
  };
  server.addMonitor(monitorService(begun, (values) => sink.learn(values), ended));
  const problem = await runProgram({
    project: stack.project,
    stack: stack.name,
    config,
    env: stack.env,
    address: server.address,
    preview: steps.preview,
    parallel: run.parallel,
    signal,
    hasDeclaredAll: () => hasDeclaredAll,
    onStillRunning: (seconds) => {
      const message = `The program has been running for ${seconds} s`;
      if (steps.isIdle) sink.emit({ kind: "log", severity: "info", message, ephemeral: true });
    },
    onLine: (stream, text) => sink.emit({ kind: "program-output", stream, text }),
  });
  await steps.idle();
  steps.throwIfCancelled();
  (await deployment).refuseUnknownTargets();
  if (problem) steps.fail(problem);
  else if (problem === "" && steps.failures.length === 0) steps.fail("The program failed");
}

function deploymentOptions({ stack, config, options }: Run, targets: Targets): DeploymentOptions {
  return {
    project: stack.project.name,
    stack: stack.name,
    providerConfig: (packageName): PropertyMap => providerConfig(config, packageName),
    replace: new Targets(options.replace),
    targets,
  };
}

async function startPlugin(
  name: string,
  version: string | undefined,
  stack: Stack,
  options: EngineOptions,
  server: Server,
  sink: EventSink,
): Promise<PluginProvider> {
  const plugin = await Plugin.start(name, version, {
    project: stack.project,
    env: {
      ...stack.env,
      PULUMI_NODEJS_PROJECT: stack.project.name,
      PULUMI_NODEJS_STACK: stack.name,
      PULUMI_NODEJS_ORGANIZATION: "organization",
    },
    engineAddress: server.address,
    fallbackDir: options.pluginFallbackDir ?? fileURLToPath(new URL("../plugins/", import.meta.url)),
    onLine: (message) => sink.emit({ kind: "log", severity: "info", message, ephemeral: false }),
    warn: (message) => sink.emit({ kind: "log", severity: "warning", message, ephemeral: false }),
  });
  const provider = new PluginProvider(plugin);
  try {
    await provider.handshake(server.address);
    return provider;
  } catch (error) {
    await plugin.stop();
    throw error;
  }
}

function stackOutputs(resources: readonly ResourceState[]): Record<string, unknown> {
  return resources.find((state) => state.type === STACK_TYPE && !state.delete)?.outputs ?? {};
}
