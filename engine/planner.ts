/** What has to be done: from what a resource was, what it shall be, and what its provider says of the difference. */
import { type PropertyMap, UNKNOWN } from "../plugins/sdk/values.ts";
import { type ChangeKind, compare, contains, type PathDiff } from "./property-path.ts";
import type { ResourceState } from "./state.ts";
import { splitReference } from "./urn.ts";

/** What a provider answers to a diff. */
export interface ProviderDiff {
  changes: "none" | "some" | "unknown";
  replaces: string[];
  /** Changed top-level properties, where the provider names them. */
  changed: string[];
  /** By property path; absent where the provider has none. */
  detailed?: Map<string, { kind: ChangeKind; replaces: boolean }>;
  deleteBeforeReplace: boolean;
}

export type Plan =
  | { op: "same" }
  | { op: "update"; diff: PathDiff }
  | { op: "replace"; diff: PathDiff; keys: string[]; deleteFirst: boolean };

/** What the program and the run before say about a resource that exists. */
export interface Circumstances {
  old: ResourceState;
  inputs: NonNullable<ResourceState["inputs"]>;
  /** undefined for components, which no provider knows. */
  provider?: ProviderDiff;
  /** It is served by another provider than before. */
  providerReplaced: boolean;
  deleteBeforeReplace?: boolean;
  replaceOnChanges: string[];
  /** The user asked for a new one. */
  forceReplace: boolean;
}

export function planChange(given: Circumstances): Plan {
  const { old, provider } = given;
  const observed = compare(old.inputs ?? {}, given.inputs);
  if (given.forceReplace || given.providerReplaced) {
    const diff: PathDiff = given.forceReplace
      ? observed
      : new Map([["provider", { kind: "update", replaces: true }]]);
    const deleteFirst = given.deleteBeforeReplace ?? false;
    return { op: "replace", diff, keys: given.forceReplace ? ["id"] : ["provider"], deleteFirst };
  }
  const knowsNothing = provider === undefined || provider.changes === "unknown";
  const changes = knowsNothing ? observed.size > 0 : provider.changes === "some";
  const hasFailed = (old.initErrors?.length ?? 0) > 0;
  const diff = changes ? describe(provider, observed) : new Map();
  const keys = new Set(changes && provider ? replaceKeys(provider) : []);
  // Only what is known to have changed: providers may say that something did, and not what.
  const named = provider?.changes === "unknown" ? observed.keys() : [...(provider?.detailed?.keys() ?? [])];
  const changed = [...named, ...(provider?.changed ?? []), ...(hasFailed ? ["#initerror"] : [])];
  for (const path of changed) {
    if (given.replaceOnChanges.some((pattern) => contains(pattern, path))) keys.add(path);
  }
  if (keys.size > 0) {
    for (const path of keys) diff.set(path, { kind: diff.get(path)?.kind ?? "update", replaces: true });
    const deleteFirst = given.deleteBeforeReplace ?? provider?.deleteBeforeReplace ?? false;
    return { op: "replace", diff, keys: [...keys], deleteFirst };
  }
  // A create or update that did not quite succeed is tried again even if nothing else changed.
  return changes || hasFailed ? { op: "update", diff } : { op: "same" };
}

/** What the provider cannot change in place. */
export function replaceKeys({ replaces, detailed = new Map() }: ProviderDiff): string[] {
  return [...replaces, ...[...detailed].filter(([, change]) => change.replaces).map(([path]) => path)];
}

/** The provider's own words where it has any; otherwise the inputs that differ, those that it names foremost. */
function describe(provider: ProviderDiff | undefined, observed: PathDiff): PathDiff {
  if (provider?.detailed?.size) return new Map(provider.detailed);
  if (!provider?.changed.length) return new Map(observed);
  return new Map(
    provider.changed.map((key) => [key, observed.get(key) ?? { kind: "update", replaces: false }]),
  );
}

/**
 * For each state that is to be deleted, those among them that must be gone before it: what depends on it, its
 * children, and, for a provider, what it serves.
 */
export function planDeletions(doomed: readonly ResourceState[]): Map<ResourceState, ResourceState[]> {
  const byUrn = new Map<string, ResourceState[]>();
  for (const state of doomed) byUrn.set(state.urn, [...(byUrn.get(state.urn) ?? []), state]);
  const before = new Map<ResourceState, ResourceState[]>(doomed.map((state) => [state, []]));
  for (const state of doomed) {
    for (const urn of new Set(requirements(state))) {
      for (const needed of byUrn.get(urn) ?? []) if (needed !== state) before.get(needed)?.push(state);
    }
  }
  return before;
}

/**
 * What becomes of a resource when others must be deleted before their replacements exist.
 * @returns "unaffected"; "replaced" if its provider goes; otherwise its inputs as they will be, of which its
 * provider must say whether they need a new resource.
 */
export function afterReplacementOf(
  replaced: ReadonlySet<string>,
  state: ResourceState,
): "unaffected" | "replaced" | PropertyMap {
  if (!state.custom || state.external || state.delete) return "unaffected";
  if (state.provider && replaced.has(splitReference(state.provider).urn)) return "replaced";
  const affected = Object.entries(state.propertyDependencies ?? {}).filter(([, urns]) =>
    urns.some((urn) => replaced.has(urn)),
  );
  if (affected.length === 0) return "unaffected";
  return { ...state.inputs, ...Object.fromEntries(affected.map(([key]) => [key, UNKNOWN])) };
}

/** Everything that must exist for the resource to work; the parent is not part of it. */
export function dependencies(state: ResourceState): string[] {
  return [
    ...(state.dependencies ?? []),
    ...Object.values(state.propertyDependencies ?? {}).flat(),
    ...(state.provider ? [splitReference(state.provider).urn] : []),
    ...(state.deletedWith ? [state.deletedWith] : []),
  ];
}

/** Everything that must be in the stack with it. */
export function requirements(state: ResourceState): string[] {
  return [...dependencies(state), ...(state.parent ? [state.parent] : [])];
}

/** Resources that nothing but their programs' change of mind protects: the error that names all of them. */
export function refuseProtected(doomed: readonly ResourceState[]): Error | undefined {
  const safe = doomed.filter((state) => state.protect);
  if (safe.length === 0) return undefined;
  return new Error(
    `Protected, so not deleted:\n${safe.map((state) => `  ${state.urn}\n`).join("")}` +
      "Set `protect: false` in the program and run `up` first, or declare the resource again",
  );
}
