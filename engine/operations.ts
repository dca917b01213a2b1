/** What is done to one resource, through its provider and into the snapshot. */
import { isSecret, type PropertyMap, secret } from "../plugins/sdk/values.ts";
import type { Step, StepOp } from "./events.ts";
import { markSecretsLike, type PathDiff } from "./property-path.ts";
import { type Existing, type Made, OutcomeUnknown, type Provider } from "./provider.ts";
import { reasonOf } from "./provider-client.ts";
import type { Providers } from "./providers.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ResourceState } from "./state.ts";
import type { Steps } from "./steps.ts";
import { isProviderType, parseUrn } from "./urn.ts";

/** Components have no id. */
type Outcome = Omit<Made, "id"> & { id?: string };

export class Operations {
  readonly snapshot: Snapshot;
  readonly providers: Providers;
  readonly steps: Steps;

  constructor(snapshot: Snapshot, providers: Providers, steps: Steps) {
    this.snapshot = snapshot;
    this.providers = providers;
    this.steps = steps;
    // Whatever served a resource can be asked to delete it, though the program may not mention it again.
    for (const state of snapshot.old) if (isProviderType(state.type)) providers.adopt(state);
  }

  /** @returns undefined for components. */
  async providerOf(state: ResourceState): Promise<Provider | undefined> {
    if (!state.custom) return undefined;
    if (isProviderType(state.type)) return this.providers.lifecycle;
    if (!state.provider) throw new Error(`${state.urn} names no provider: the state is damaged`);
    return this.providers.get(state.provider);
  }

  /** Nothing to do but to take the new options over. */
  keep(next: ResourceState, old: ResourceState): ResourceState {
    const { id, outputs, created, modified, initErrors } = old;
    const state = { ...next, id, outputs, created, modified, initErrors };
    this.snapshot.put(state, old);
    if (isProviderType(state.type)) this.providers.adopt(state);
    this.steps.note(this.step("same", state, old));
    return state;
  }

  create(op: StepOp, next: ResourceState, old?: ResourceState, diff?: PathDiff): Promise<ResourceState> {
    return this.#create(this.step(op, next, old, diff), next, () => old && this.snapshot.amend(old));
  }

  /** Makes the new one beside the old, which is deleted once the program has ended. */
  async replace(next: ResourceState, old: ResourceState, diff: PathDiff): Promise<ResourceState> {
    const step = this.step("create-replacement", next, old, diff);
    const state = await this.#create(step, next, () => this.snapshot.amend(old, { ...old, delete: true }));
    this.steps.note(this.step("replace", state, old, diff));
    return state;
  }

  /** Makes the new one in the place of one that has been deleted for it. */
  recreate(next: ResourceState, old: ResourceState, diff?: PathDiff): Promise<ResourceState> {
    this.steps.note(this.step("replace", next, old, diff));
    return this.create("create-replacement", next, old, diff);
  }

  async update(next: ResourceState, old: ResourceState, diff: PathDiff): Promise<ResourceState> {
    const provider = await this.providerOf(next);
    const work = async (): Promise<Outcome> => {
      if (!provider) return { id: old.id, outputs: old.outputs ?? {}, initErrors: [] };
      const options = { ...this.#options(next, "update"), ignoreChanges: next.ignoreChanges };
      const made = await provider.update(existing(old), next.inputs ?? {}, options);
      return { ...made, id: old.id };
    };
    return this.#make("updating", this.step("update", next, old, diff), next, work, (made) => {
      const state = { ...next, ...made, created: old.created, modified: new Date().toISOString() };
      this.snapshot.put(state, old);
      return state;
    });
  }

  /**
   * @param stays whether the state stays as a note that a replacement is to be made.
   * @param isLeft whether it only leaves the state.
   */
  async delete(op: StepOp, state: ResourceState, stays: boolean, isLeft: boolean): Promise<void> {
    await this.steps.run(this.step(op, undefined, state), async () => {
      const provider = isLeft ? undefined : await this.providerOf(state);
      await this.snapshot.during(
        "deleting",
        state,
        async () => {
          if (provider && !this.steps.preview) {
            await provider.delete(existing(state), this.#options(state, "delete")).catch(rethrow);
          }
        },
        () => this.snapshot.amend(state, stays ? { ...state, pendingReplacement: true } : undefined),
      );
    });
  }

  /** Reads a resource that the program only refers to. */
  read(next: ResourceState, id: string, old?: ResourceState): Promise<ResourceState> {
    const target = { ...next, id, external: true, inputs: {}, outputs: next.inputs };
    return this.#observe("read", target, old, ({ inputs, outputs }) => ({
      ...next,
      id,
      external: true,
      inputs: inputs ?? next.inputs,
      outputs,
    }));
  }

  /** Takes an existing resource over, as it is. */
  import(next: ResourceState, id: string, old?: ResourceState): Promise<ResourceState> {
    const target = { ...next, id, inputs: {}, outputs: {} };
    return this.#observe("import", target, old, (found) => {
      // What the program means to be secret is so from the start.
      const like = (values = {}) => markSecretsLike(values, next.inputs, secret) as PropertyMap;
      return { ...next, id: found.id, inputs: like(found.inputs), outputs: like(found.outputs) };
    });
  }

  step(op: StepOp, next: ResourceState | undefined, old?: ResourceState, diff?: PathDiff): Step {
    const { urn, type } = next ?? (old as ResourceState);
    return { op, urn, type, name: parseUrn(urn).name, preview: this.steps.preview, old, new: next, diff };
  }

  async #create(step: Step, next: ResourceState, retire: () => void): Promise<ResourceState> {
    const provider = await this.providerOf(next);
    const now = new Date().toISOString();
    const work = async (): Promise<Outcome> =>
      provider
        ? provider.create(subject(next), next.inputs ?? {}, this.#options(next, "create"))
        : { outputs: {}, initErrors: [] };
    return this.#make("creating", step, next, work, (made) => {
      const state = { ...next, ...made, created: now, modified: now };
      retire();
      this.snapshot.put(state);
      return state;
    });
  }

  async #make(
    pending: "creating" | "updating",
    step: Step,
    next: ResourceState,
    work: () => Promise<Outcome>,
    settle: (made: Pick<ResourceState, "id" | "outputs" | "initErrors">) => ResourceState,
  ): Promise<ResourceState> {
    return this.steps.run(step, async () => {
      let state = next;
      const made = await this.snapshot.during(
        pending,
        next,
        () => work().catch(rethrow),
        (result) => {
          state = settle({ ...result, outputs: withSecrets(result.outputs, next) });
        },
      );
      step.new = state;
      if (made.initErrors.length > 0) {
        throw new Error(`It exists, but does not work: ${made.initErrors.join("; ")}`);
      }
      return state;
    });
  }

  async #observe(
    op: "read" | "import",
    target: ResourceState,
    old: ResourceState | undefined,
    accept: (found: Made & { inputs?: PropertyMap }) => ResourceState,
  ): Promise<ResourceState> {
    const provider = await this.providerOf(target);
    // The stack's own resource of this name, which is another, gives way.
    const isOther = old && !old.external && !old.pendingReplacement && old.id !== target.id;
    const observed = await this.steps.run(this.step(op, target, old), async () => {
      const found = await provider?.read(existing(target), this.#options(target, "read")).catch(rethrow);
      if (!found) throw new Error(`There is no ${target.type} with id '${target.id}' to ${op}`);
      const now = new Date().toISOString();
      const accepted = accept(found);
      const state = {
        created: now,
        modified: now,
        ...accepted,
        outputs: withSecrets(accepted.outputs ?? {}, accepted),
      };
      if (isOther) this.snapshot.amend(old, { ...old, delete: true });
      this.snapshot.put(state, old);
      await this.snapshot.commit();
      return state;
    });
    if (isOther) this.steps.note(this.step("replace", observed, old));
    return observed;
  }

  #options(state: ResourceState, operation: "create" | "update" | "delete" | "read") {
    return { preview: this.steps.preview, timeoutSeconds: state.customTimeouts?.[operation] };
  }
}

export function subject({ urn, type }: ResourceState) {
  return { urn, type, name: parseUrn(urn).name };
}

export function existing(state: ResourceState): Existing {
  return { ...subject(state), id: state.id ?? "", inputs: state.inputs ?? {}, outputs: state.outputs ?? {} };
}

export function withSecrets(
  outputs: PropertyMap,
  { additionalSecretOutputs = [] }: ResourceState,
): PropertyMap {
  const marked = additionalSecretOutputs
    .filter((key) => outputs[key] !== undefined && !isSecret(outputs[key]))
    .map((key) => [key, secret(outputs[key])]);
  return { ...outputs, ...Object.fromEntries(marked) };
}

function rethrow(error: unknown): never {
  if (!(error instanceof OutcomeUnknown)) throw new Error(reasonOf(error));
  throw new OutcomeUnknown(
    `${error.message}\nIt may have been done all the same: the state keeps a note of it`,
  );
}
