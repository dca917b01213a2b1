/** Which resource of the run before each one of this run is: names, aliases, and who claims what. */
import { formerUrns, type Goal } from "./goal.ts";

export class Names {
  /** URNs that the run before left. */
  readonly #known: ReadonlySet<string>;
  readonly #registered = new Set<string>();
  /** From a URN to the one before it, and back. */
  readonly #former = new Map<string, string>();
  readonly #claimed = new Map<string, string>();

  constructor(known: Iterable<string>) {
    this.#known = new Set(known);
  }

  /** All URNs, of both runs. */
  get all(): ReadonlySet<string> {
    return new Set([...this.#known, ...this.#registered]);
  }

  /** @throws if the program has used the name before. */
  register(urn: string): void {
    const owner = this.#claimed.get(urn);
    if (owner) throw new Error(`${urn} is an alias of ${owner}: give one of them another name`);
    if (this.#registered.has(urn)) throw new Error(`Two resources are called ${urn}: give one another name`);
    this.#registered.add(urn);
  }

  /** A resource that goes on under its former name. */
  keep(urn: string): void {
    this.#registered.add(urn);
  }

  isRegistered(former: string): boolean {
    return this.#registered.has(this.now(former));
  }

  /** What a resource of the run before is called in this one, as far as is known. */
  now(former: string): string {
    return this.#claimed.get(former) ?? former;
  }

  /**
   * @returns the URN under which the run before left the resource.
   * @throws if that is another resource's.
   */
  findFormer(urn: string, goal: Goal): string | undefined {
    const candidates = [urn, ...formerUrns(urn, goal, (other) => this.#former.get(other))];
    const former = candidates.find((candidate) => this.#known.has(candidate));
    if (!former || former === urn) return former;
    const owner = this.#claimed.get(former) ?? (this.#registered.has(former) ? former : undefined);
    if (owner) throw new Error(`Its alias ${former} belongs to ${owner}: take it from one of them`);
    this.#claimed.set(former, urn);
    this.#former.set(urn, former);
    return former;
  }
}
