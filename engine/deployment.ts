/**
 * A run of the program: each resource that it registers is compared with what the stack holds and brought to
 * what is asked for. Independent resources go on when one fails; what depends on it is skipped.
 */
import { containsUnknown, isUnknown, type PropertyMap, UNKNOWN } from "../plugin/values.ts";
import { defaultProviderGoal, formerUrns, type Goal, goalInputs, nextState } from "./goal.ts";
import { existing, type Operations, subject } from "./operations.ts";
import { afterReplacementOf, planChange, refuseProtected } from "./planner.ts";
import { ignoreChanges, knownOnly, pathsOverlap } from "./property-path.ts";
import type { Provider } from "./provider.ts";
import { reasonOf } from "./provider-client.ts";
import { refreshLate } from "./refresh.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ResourceState } from "./state.ts";
import { Cancelled, StepFailed, type Steps } from "./steps.ts";
import { isDefaultProvider, isProviderType, makeUrn, packageOf, splitReference } from "./urn.ts";

export interface DeploymentOptions {
  project: string;
  stack: string;
  /** A package's settings, for its default provider. */
  providerConfig(packageName: string): PropertyMap;
  /** URNs that are to be replaced though nothing changed. */
  replace?: ReadonlySet<string>;
  /** URNs that the refresh could not read yet. */
  unread?: ReadonlySet<string>;
}

export interface Registered {
  urn: string;
  /** Empty where it is not known. */
  id: string;
  properties: PropertyMap;
  result: "success" | "fail" | "skip";
}

/** A resource that the program refers to by id. */
export type Reference = Goal & { id: string };

export class Deployment {
  readonly #operations: Operations;
  readonly #snapshot: Snapshot;
  readonly #steps: Steps;
  readonly #options: DeploymentOptions;
  readonly #registered = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #defaults = new Map<string, Promise<string>>();
  /** The newest version of each package that the stack knows, for providers that name none. */
  readonly #versions = new Map<string, string>();
  readonly #formerNames = new Map<string, string>();

  constructor(operations: Operations, options: DeploymentOptions) {
    this.#operations = operations;
    this.#snapshot = operations.snapshot;
    this.#steps = operations.steps;
    this.#options = options;
    for (const { type, inputs } of operations.snapshot.old) {
      const version = inputs?.version;
      if (!isProviderType(type) || typeof version !== "string") continue;
      const known = this.#versions.get(packageOf(type));
      if (!known || known.localeCompare(version, "en", { numeric: true }) < 0) {
        this.#versions.set(packageOf(type), version);
      }
    }
  }

  /** @throws Cancelled; all other failures are reported and told in the result. */
  register(goal: Goal): Promise<Registered> {
    return this.#settle(goal, (urn) => this.#apply(urn, goal));
  }

  /** Reads a resource that stays outside the stack's care. */
  read(reference: Reference): Promise<Registered> {
    return this.#settle(reference, async (urn) => {
      const old = this.#snapshot.findOld(urn);
      if (old && !old.external) {
        throw new Error("The stack manages this resource: a program cannot both manage and only read it");
      }
      const next = await this.#blankState(urn, reference, reference.inputs);
      if (isUnknown(reference.id)) return { ...next, outputs: {} };
      return this.#operations.read(next, reference.id, old);
    });
  }

  /** Completes a component. What is not known because something failed stays as it was. */
  async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
    // A component that was skipped after a failure still says what it would have had to offer.
    if (this.#failed.has(urn)) return;
    const state = this.#snapshot.fresh(urn);
    if (!state) throw new Error(`Outputs were registered for ${urn}, which was not registered itself`);
    const isWhole = this.#steps.preview || !containsUnknown(outputs);
    this.#snapshot.put({
      ...state,
      outputs: isWhole ? outputs : { ...state.outputs, ...knownOnly(outputs) },
    });
    if (!this.#steps.preview) await this.#snapshot.commit();
  }

  async invoke(
    token: string,
    args: PropertyMap,
    where: Pick<Goal, "provider" | "version" | "pluginDownloadUrl">,
  ) {
    if (token === "pulumi:pulumi:getResource") {
      const state = this.#snapshot.fresh(String(args.urn));
      if (!state) throw new Error(`There is no resource ${args.urn} in this run`);
      const result = { urn: state.urn, id: state.id ?? "", state: { ...state.inputs, ...state.outputs } };
      return { result, failures: [] };
    }
    const reference = where.provider || (await this.#defaultProvider(packageOf(token), where));
    const provider = await this.#operations.providers.get(reference);
    return provider.invoke(token, args, this.#steps.preview);
  }

  async #settle(goal: Goal, work: (urn: string) => Promise<ResourceState>): Promise<Registered> {
    const urn = makeUrn(this.#options.stack, this.#options.project, goal.parent, goal.type, goal.name);
    this.#steps.throwIfCancelled();
    const unsettled = { urn, id: "", properties: {} };
    try {
      if (this.#registered.has(urn)) {
        throw new Error(`Two resources are called '${goal.name}' [${goal.type}]: give one another name`);
      }
      this.#registered.add(urn);
      if (this.#isBlocked(goal)) {
        this.#failed.add(urn);
        return { ...unsettled, result: "skip" };
      }
      const state = await work(urn);
      const id = state.id === UNKNOWN ? "" : (state.id ?? "");
      return { urn, id, properties: { ...state.inputs, ...state.outputs }, result: "success" };
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      this.#failed.add(urn);
      if (!(error instanceof StepFailed)) this.#steps.fail(reasonOf(error), urn);
      return { ...unsettled, result: "fail" };
    }
  }

  /** Whether something that it needs has failed, or was itself skipped. */
  #isBlocked(goal: Goal): boolean {
    const needed = [
      goal.parent,
      goal.deletedWith,
      goal.provider && splitReference(goal.provider).urn,
      ...goal.dependencies,
      ...Object.values(goal.propertyDependencies).flat(),
    ];
    return (
      needed.some((urn) => urn && this.#failed.has(urn)) ||
      (!this.#steps.preview && this.#failed.size > 0 && containsUnknown(goal.inputs))
    );
  }

  async #apply(urn: string, goal: Goal): Promise<ResourceState> {
    const operations = this.#operations;
    const old = await this.#findOldAsItIs(urn, goal);
    const wanted = goalInputs(goal, this.#versions);
    const blank = await this.#blankState(urn, goal, wanted);
    const provider = await operations.providerOf(blank);
    const isThere = old && !old.pendingReplacement && !old.external;
    const kept = isThere ? ignoreChanges(wanted, old.inputs ?? {}, goal.ignoreChanges) : wanted;
    const inputs = await this.#check(provider, blank, isThere ? (old.inputs ?? {}) : {}, kept);
    const next = { ...blank, inputs };
    if (goal.importId && !(isThere && old.id === goal.importId)) {
      if (isThere) throw new Error(`It exists already, with id '${old.id}': remove the option 'import'`);
      return operations.import(next, goal.importId, old);
    }
    if (!isThere) {
      return old?.pendingReplacement
        ? operations.recreate(next, old)
        : operations.create("create", next, old);
    }
    const plan = planChange({
      old,
      inputs,
      provider: await provider?.diff(existing(old), inputs, goal.ignoreChanges),
      providerReplaced: await this.#isProviderReplaced(old, next),
      deleteBeforeReplace: goal.deleteBeforeReplace,
      replaceOnChanges: goal.replaceOnChanges,
      forceReplace: this.#options.replace?.has(urn) ?? false,
    });
    if (plan.op === "same") return operations.keep(next, old);
    const hidden = (path: string) => goal.hideDiffs.some((pattern) => pathsOverlap(pattern, path));
    plan.diff = new Map([...plan.diff].filter(([path]) => !hidden(path)));
    if (plan.op === "update") return operations.update(next, old, plan.diff);
    // Names that a provider makes up are made up anew.
    next.inputs = await this.#check(provider, blank, {}, wanted);
    const doomed = plan.deleteFirst ? [old, ...(await this.#replacedWith(old))] : [old];
    const refusal = refuseProtected(doomed);
    if (refusal) throw refusal;
    if (!plan.deleteFirst) return operations.replace(next, old, plan.diff);
    // What uses it goes first, the last one made before all others.
    for (const state of doomed.reverse()) await operations.delete("delete-replaced", state, true);
    return operations.recreate(next, this.#snapshot.findOld(old.urn) ?? old, plan.diff);
  }

  /** What cannot outlive `root`, in the order in which it was made. */
  async #replacedWith(root: ResourceState): Promise<ResourceState[]> {
    const gone = new Set([root.urn]);
    const found: ResourceState[] = [];
    for (const state of this.#snapshot.old) {
      const after = afterReplacementOf(gone, state);
      if (after === "unaffected" || state === root || state.pendingReplacement) continue;
      const provider = after === "replaced" ? undefined : await this.#operations.providerOf(state);
      const diff = after === "replaced" ? undefined : await provider?.diff(existing(state), after, []);
      if (after !== "replaced" && !diff?.replaces.length) continue;
      gone.add(state.urn);
      found.push(state);
    }
    return found;
  }

  /** Whether the resource moves to a provider that does not know it. Newer versions of a default one do. */
  async #isProviderReplaced(old: ResourceState, next: ResourceState): Promise<boolean> {
    if (!old.provider || !next.provider || old.provider === next.provider) return false;
    const [before, after] = [splitReference(old.provider), splitReference(next.provider)];
    if (this.#snapshot.aliases.get(before.urn) === after.urn && before.id === after.id) return false;
    if (!isDefaultProvider(before.urn) || !isDefaultProvider(after.urn)) return true;
    const provider = this.#snapshot.findOld(before.urn) ?? this.#snapshot.fresh(before.urn);
    const settings = this.#snapshot.fresh(after.urn)?.inputs;
    if (!provider || !settings) return true;
    const diff = await this.#operations.providers.lifecycle.diff(existing(provider), settings, []);
    return diff.replaces.length > 0;
  }

  async #check(provider: Provider | undefined, blank: ResourceState, olds: PropertyMap, news: PropertyMap) {
    if (!provider) return news;
    const { inputs, failures } = await provider.check(subject(blank), olds, news);
    if (failures.length === 0) return inputs;
    const reasons = failures.map(({ property, reason }) => (property ? `${property}: ${reason}` : reason));
    throw new Error(`Its properties are not right: ${reasons.join("; ")}`);
  }

  /** What the refresh had to leave out is read now: what it depends on is there again. */
  async #findOldAsItIs(urn: string, goal: Goal): Promise<ResourceState | undefined> {
    const old = this.#findOld(urn, goal);
    if (!old || this.#steps.preview || !this.#options.unread?.has(old.urn)) return old;
    await refreshLate(this.#operations, old);
    return this.#findOld(urn, goal);
  }

  #findOld(urn: string, goal: Goal): ResourceState | undefined {
    const formerParent = goal.parent && this.#formerNames.get(goal.parent);
    for (const candidate of [urn, ...formerUrns(urn, goal, formerParent)]) {
      const old = this.#snapshot.findOld(candidate);
      if (!old) continue;
      if (candidate !== urn) {
        this.#snapshot.aliases.set(candidate, urn);
        this.#formerNames.set(urn, candidate);
      }
      return old;
    }
    return undefined;
  }

  async #blankState(urn: string, goal: Goal, inputs: PropertyMap): Promise<ResourceState> {
    const isServed = goal.custom && !isProviderType(goal.type);
    const provider = isServed
      ? goal.provider || (await this.#defaultProvider(packageOf(goal.type), goal))
      : undefined;
    return nextState(
      urn,
      goal,
      inputs,
      provider,
      goal.parent ? this.#snapshot.fresh(goal.parent) : undefined,
    );
  }

  /** @returns its reference, once it is ready. */
  #defaultProvider(packageName: string, { version, pluginDownloadUrl }: Partial<Goal>): Promise<string> {
    const wanted = version || this.#versions.get(packageName);
    const config = this.#options.providerConfig(packageName);
    const goal = defaultProviderGoal(packageName, wanted, pluginDownloadUrl, config);
    const known = this.#defaults.get(goal.type + goal.name) ?? this.#registerProvider(goal);
    this.#defaults.set(goal.type + goal.name, known);
    return known;
  }

  async #registerProvider(goal: Goal): Promise<string> {
    const { urn, id, result } = await this.register(goal);
    if (result !== "success") throw new StepFailed(`Its provider ${goal.name} [${goal.type}] failed`);
    return `${urn}::${id || UNKNOWN}`;
  }
}
