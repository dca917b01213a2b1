/** Takes over, as they are, resources that are no targets: each behind whatever it needs, as a state must have it. */
import type { Names } from "./names.ts";
import { requirements } from "./planner.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ResourceState } from "./state.ts";

export class Retention {
  readonly #snapshot: Snapshot;
  readonly #names: Names;
  readonly #settling: ReadonlyMap<string, Promise<unknown>>;
  readonly #retained = new Map<string, Promise<void>>();

  /** @param settling what the program has registered, by URN: that comes over by itself, unless it fails. */
  constructor(snapshot: Snapshot, names: Names, settling: ReadonlyMap<string, Promise<unknown>>) {
    this.#snapshot = snapshot;
    this.#names = names;
    this.#settling = settling;
  }

  has(urn: string): boolean {
    return this.#retained.has(urn);
  }

  retain(state: ResourceState): Promise<void> {
    const known = this.#retained.get(state.urn) ?? this.#takeOver(state);
    this.#retained.set(state.urn, known);
    return known;
  }

  async #takeOver(state: ResourceState): Promise<void> {
    const needed = requirements(state).map(async (urn) => {
      const settling = this.#settling.get(this.#names.now(urn));
      if (settling) await settling.catch(() => undefined);
      const old = this.#snapshot.findOld(urn);
      if (old) await this.retain(old);
    });
    await Promise.all(needed);
    this.#snapshot.put(state, state);
  }
}
