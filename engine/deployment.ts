/**
 * A run of the program: each resource that it registers is compared with what the stack holds and brought to
 * what is asked for. What depends on one that failed is skipped.
 */
import { containsUnknown, isUnknown, type PropertyMap, UNKNOWN } from "../plugins/sdk/values.ts";
import { defaultProviderGoal, type Goal, goalInputs, nextState } from "./goal.ts";
import { Names } from "./names.ts";
import { existing, type Operations, subject } from "./operations.ts";
import { planChange, refuseProtected, requirements } from "./planner.ts";
import { contains, ignoreChanges, knownOnly } from "./property-path.ts";
import type { Provider } from "./provider.ts";
import { reasonOf } from "./provider-client.ts";
import { refreshLate } from "./refresh.ts";
import { isProviderReplaced, replacedWith } from "./replacement.ts";
import { Retention } from "./retention.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ResourceState } from "./state.ts";
import { Cancelled, StepFailed, type Steps } from "./steps.ts";
import { Targets } from "./targets.ts";
import { isProviderType, makeUrn, packageOf, STACK_TYPE, splitReference } from "./urn.ts";

export interface DeploymentOptions {
  project: string;
  stack: string;
  /** A package's settings, for its default provider. */
  providerConfig(packageName: string): PropertyMap;
  /** What is to be replaced though nothing changed. */
  replace?: Targets;
  /** All else stays as it is, apart from the stack and from providers. */
  targets?: Targets;
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
  readonly #names: Names;
  readonly #targets: Targets;
  readonly #failed = new Set<string>();
  /** New ones that are no targets. */
  readonly #uncreated = new Set<string>();
  readonly #retention: Retention;
  readonly #settling = new Map<string, Promise<unknown>>();
  readonly #defaults = new Map<string, Promise<string>>();
  /** The newest version of each package that the stack knows, for providers that name none. */
  readonly #versions = new Map<string, string>();

  constructor(operations: Operations, options: DeploymentOptions) {
    this.#operations = operations;
    this.#snapshot = operations.snapshot;
    this.#steps = operations.steps;
    this.#options = options;
    this.#targets = options.targets ?? new Targets();
    this.#names = new Names(operations.snapshot.old.filter((old) => !old.delete).map(({ urn }) => urn));
    this.#retention = new Retention(this.#snapshot, this.#names, this.#settling);
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
      const next = await this.#blankState(urn, reference, reference.inputs);
      if (!isUnknown(reference.id)) return this.#operations.read(next, reference.id, old);
      const unread = { ...next, external: true, outputs: {} };
      this.#snapshot.put(unread, old);
      return unread;
    });
  }

  /** @throws if a target that is named in full is neither in the stack nor in the program. */
  refuseUnknownTargets(): void {
    this.#targets.refuseUnknown(this.#names.all);
  }

  /** Completes a component. What is not known because something failed stays as it was. */
  async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
    // A component that was left out still says what it would have had to offer.
    if (this.#failed.has(urn) || this.#uncreated.has(urn)) return;
    this.#steps.throwIfStopped();
    const state = this.#snapshot.fresh(urn);
    if (!state) throw new Error(`Outputs were registered for ${urn}, which was not registered itself`);
    const hasFailed = state.type === STACK_TYPE && this.#steps.failures.length > 0;
    const isWhole = this.#steps.preview || !(hasFailed || containsUnknown(outputs));
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
    this.#steps.throwIfStopped();
    const unsettled = { urn, id: "", properties: {} };
    try {
      this.#names.register(urn);
      if (this.#isBlocked(goal)) {
        this.#failed.add(urn);
        this.#steps.skip(urn);
        return { ...unsettled, result: "skip" };
      }
      const working = work(urn);
      this.#settling.set(urn, working);
      const state = await working;
      const id = state.id === UNKNOWN ? "" : (state.id ?? "");
      return { urn: state.urn, id, properties: { ...state.inputs, ...state.outputs }, result: "success" };
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
    const former = this.#names.findFormer(urn, goal);
    const wanted = goalInputs(goal, this.#versions);
    const blank = await this.#blankState(urn, goal, wanted);
    if (former && former !== urn) blank.aliases = [former];
    if (!this.#isTarget(blank)) return this.#leave(blank, former);
    let old = await this.#takeOver(urn, former);
    const provider = await operations.providerOf(blank);
    const isImport = goal.importId && (!old || old.external || (old.importID ?? old.id) !== goal.importId);
    if (goal.importId && isImport) {
      old = await operations.import(blank, goal.importId, old);
      blank.importID = undefined;
    }
    const isThere = old && !old.pendingReplacement && !old.external;
    const kept = isThere ? ignoreChanges(wanted, old?.inputs ?? {}, goal.ignoreChanges) : wanted;
    const inputs = await this.#check(provider, blank, isThere ? (old?.inputs ?? {}) : {}, kept);
    const next = { ...blank, inputs };
    if (!old) return operations.create("create", next);
    if (old.external) return operations.replace(next, old, new Map());
    if (old.pendingReplacement) return operations.recreate(next, old);
    const plan = planChange({
      old,
      inputs,
      provider: await provider?.diff(existing(old), inputs, goal.ignoreChanges),
      providerReplaced: await isProviderReplaced(old, next, operations),
      deleteBeforeReplace: goal.deleteBeforeReplace,
      replaceOnChanges: goal.replaceOnChanges,
      forceReplace: this.#options.replace?.has(urn) ?? false,
    });
    if (plan.op === "same") return isImport ? old : operations.keep(next, old);
    const hidden = (path: string) => goal.hideDiffs.some((pattern) => contains(pattern, path));
    plan.diff = new Map([...plan.diff].filter(([path]) => !hidden(path)));
    if (plan.op === "update") return operations.update(next, old, plan.diff);
    if (goal.importId) throw new Error("An imported resource cannot be replaced: remove the option 'import'");
    // Names that a provider makes up are made up anew.
    next.inputs = await this.#check(provider, blank, {}, wanted);
    const dependents = plan.deleteFirst ? await replacedWith(old, operations, this.#names) : [];
    // Its protection can be taken off in the same run.
    const refusal = refuseProtected(next.protect ? [old, ...dependents] : dependents);
    if (refusal) throw refusal;
    if (!plan.deleteFirst) return operations.replace(next, old, plan.diff);
    // What uses it goes first, the last one made before all others.
    for (const state of [old, ...dependents].reverse()) {
      await operations.delete("delete-replaced", state, true, state.retainOnDelete ?? false);
    }
    return operations.recreate(next, this.#snapshot.findOld(old.urn) ?? old, plan.diff);
  }

  /** Providers and the stack itself always are: targets need them. */
  #isTarget(state: ResourceState): boolean {
    const isTarget = this.#targets.covers(state);
    if (!isTarget && !isProviderType(state.type) && state.type !== STACK_TYPE) return false;
    const missing = requirements(state).find((urn) => this.#uncreated.has(urn));
    if (!missing) return true;
    throw new Error(
      `${state.urn} needs ${missing}, which does not exist and is no target: add --target '${missing}'`,
    );
  }

  /** Leaves what is no target as it is. */
  async #leave(next: ResourceState, former: string | undefined): Promise<ResourceState> {
    if (!former) {
      this.#uncreated.add(next.urn);
      return next;
    }
    this.#names.keep(former);
    const old = this.#snapshot.findOld(former);
    if (old) await this.#retention.retain(old);
    const left = this.#snapshot.fresh(former) ?? next;
    this.#steps.note(this.#operations.step("same", left, left));
    return left;
  }

  async #check(provider: Provider | undefined, blank: ResourceState, olds: PropertyMap, news: PropertyMap) {
    if (!provider) return news;
    const { inputs, failures } = await provider.check(subject(blank), olds, news);
    if (failures.length === 0) return inputs;
    const reasons = failures.map(({ property, reason }) => (property ? `${property}: ${reason}` : reason));
    throw new Error(`Its properties are not right: ${reasons.join("; ")}`);
  }

  /** @returns what the run before left; what the refresh had to leave out is read now: what it needs is there. */
  async #takeOver(urn: string, former: string | undefined): Promise<ResourceState | undefined> {
    if (!former) return undefined;
    if (this.#retention.has(former)) {
      throw new Error(
        "Something that is no target needs it as it was: add that to the targets, or name none",
      );
    }
    if (former !== urn) this.#snapshot.aliases.set(former, urn);
    const old = this.#snapshot.findOld(former);
    if (!old || this.#steps.preview || !this.#options.unread?.has(former)) return old;
    await refreshLate(this.#operations, old);
    return this.#snapshot.findOld(former);
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
