/**
 * What the stack holds while a run is under way: the states of this run, in the order in which they came, and
 * behind them what is left of the run before. Every change is durable before the run goes on.
 */

import { OutcomeUnknown } from "./provider.ts";
import type { Contents, Operation, ResourceState } from "./state.ts";
import { splitReference } from "./urn.ts";

export class Snapshot {
  /** From the URN that a resource had to the one that it has now. */
  readonly aliases = new Map<string, string>();
  readonly #metadata: Contents["metadata"];
  readonly #fresh = new Map<string, ResourceState>();
  readonly #pending = new Set<Operation>();
  readonly #write: (contents: Contents) => Promise<void>;
  /** Of each resource that was removed, the parent: it takes the children over. */
  readonly #heirs = new Map<string, string | undefined>();
  #old: ResourceState[];
  #writing: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  /** @param write makes the contents durable; previews pass one that does nothing. */
  constructor(contents: Contents, write: (contents: Contents) => Promise<void>) {
    this.#old = contents.resources;
    this.#metadata = contents.metadata;
    this.#write = write;
    // What may have been made without the state knowing its id stays noted until it is known.
    for (const operation of contents.pending) if (operation.type === "creating") this.#pending.add(operation);
  }

  /** What the run before left and this one has neither taken over nor deleted. */
  get old(): readonly ResourceState[] {
    return this.#old;
  }

  fresh(urn: string): ResourceState | undefined {
    return this.#fresh.get(urn);
  }

  /** The live resource of a name from the run before, whether or not it still has to be replaced. */
  findOld(urn: string): ResourceState | undefined {
    return this.#old.find((state) => state.urn === urn && !state.delete);
  }

  /** Every resource, ready to be written: names as they are now, and none that refers to what is gone. */
  resources(): ResourceState[] {
    const all = [...this.#fresh.values(), ...this.#old];
    const present = new Set(all.map((state) => state.urn));
    for (const [former, urn] of this.aliases) if (this.#fresh.has(urn)) present.add(former);
    return all.map((state) => this.#withValidReferences(state, present));
  }

  /** Takes a state into this run; `superseded` is the old one whose place it takes. */
  put(state: ResourceState, superseded?: ResourceState): void {
    this.#fresh.set(state.urn, state);
    if (superseded) this.#old = this.#old.filter((old) => old !== superseded);
  }

  /** Changes or, without `next`, removes a state of the run before. */
  amend(state: ResourceState, next?: ResourceState): void {
    if (!next) this.#heirs.set(state.urn, state.parent);
    this.#old = this.#old.flatMap((old) => (old !== state ? [old] : next ? [next] : []));
  }

  /**
   * Runs an operation, of which a killed run leaves a trace.
   * @param settle puts the result into the snapshot, in one write with the operation's end.
   */
  async during<T>(
    type: Operation["type"],
    resource: ResourceState,
    run: () => Promise<T>,
    settle: (result: T) => void,
  ): Promise<T> {
    const operation = { type, resource };
    const former = [...this.#pending].filter(
      (other) => other.type === type && other.resource.urn === resource.urn,
    );
    this.#pending.add(operation);
    await this.commit();
    try {
      const result = await run();
      settle(result);
      for (const done of [operation, ...former]) this.#pending.delete(done);
      return result;
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) this.#pending.delete(operation);
      throw error;
    } finally {
      await this.commit();
    }
  }

  /** Resolves once everything so far is durable. Changes made while a write is under way share the next one. */
  commit(): Promise<void> {
    this.#queued ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#queued = undefined;
        this.#writing = this.#write({
          resources: this.resources(),
          pending: [...this.#pending],
          metadata: this.#metadata,
        });
        return this.#writing;
      });
    return this.#queued;
  }

  #withValidReferences(state: ResourceState, present: Set<string>): ResourceState {
    const named = (urn: string) => {
      const now = this.aliases.get(urn);
      return now && this.#fresh.has(now) ? now : urn;
    };
    const isValid = (urn: string) => present.has(urn) && named(urn) === urn;
    let parent = state.parent;
    while (parent && !present.has(parent)) parent = this.#heirs.get(parent);
    const provider = state.provider ? splitReference(state.provider) : undefined;
    const references = [
      state.parent,
      state.deletedWith,
      provider?.urn,
      ...(state.dependencies ?? []),
      ...Object.values(state.propertyDependencies ?? {}).flat(),
    ];
    if (references.every((urn) => !urn || isValid(urn))) return state;
    const keep = (urns: string[]) => urns.filter((urn) => present.has(urn)).map(named);
    return {
      ...state,
      parent: parent && named(parent),
      deletedWith: state.deletedWith && present.has(state.deletedWith) ? named(state.deletedWith) : undefined,
      provider: provider && `${named(provider.urn)}::${provider.id}`,
      dependencies: state.dependencies && keep(state.dependencies),
      propertyDependencies:
        state.propertyDependencies &&
        Object.fromEntries(
          Object.entries(state.propertyDependencies).map(([key, urns]) => [key, keep(urns)]),
        ),
    };
  }
}
