/** The resources that a run is confined to, as `--target` and `--replace` name them. */
import { requirements } from "./planner.ts";
import type { ResourceState } from "./state.ts";

export class Targets {
  /** Whether what depends on a target is one too. */
  readonly dependents: boolean;
  readonly #named: readonly string[];
  readonly #urns: Set<string>;
  readonly #patterns: RegExp[];

  /** @param patterns URNs, in which `*` stands for anything within one part of the name and `**` for anything. */
  constructor(patterns: readonly string[] = [], dependents = false) {
    this.dependents = dependents;
    this.#named = patterns.filter((pattern) => !pattern.includes("*"));
    this.#urns = new Set(this.#named);
    this.#patterns = patterns.filter((pattern) => pattern.includes("*")).map(toRegExp);
  }

  /** False if the run takes in everything. */
  get isConfined(): boolean {
    return this.#urns.size > 0 || this.#patterns.length > 0;
  }

  has(urn: string): boolean {
    return this.#urns.has(urn) || this.#patterns.some((pattern) => pattern.test(urn));
  }

  /** Whether the run takes it in; to be asked of each resource after those that it depends on. */
  covers(state: ResourceState): boolean {
    if (!this.isConfined || this.has(state.urn)) return true;
    const isTarget = this.dependents && requirements(state).some((urn) => this.has(urn));
    if (isTarget) this.#urns.add(state.urn);
    return isTarget;
  }

  /** @throws if one that is named in full is not among the URNs that there are. */
  refuseUnknown(known: ReadonlySet<string>): void {
    const unknown = this.#named.filter((urn) => !known.has(urn));
    if (unknown.length === 0) return;
    const quoting = unknown.some((urn) => !urn.includes("$")) ? " (has the shell taken a $ out?)" : "";
    throw new Error(`Not in the stack${quoting}:\n  ${unknown.join("\n  ")}`);
  }
}

function toRegExp(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^:]*" : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}
