/** How far a replacement reaches: to another provider's resources, and to what cannot outlive the old one. */
import type { Names } from "./names.ts";
import { existing, type Operations } from "./operations.ts";
import { afterReplacementOf, replaceKeys } from "./planner.ts";
import type { ResourceState } from "./state.ts";
import { splitReference } from "./urn.ts";

/** What cannot outlive `root`, in the order in which it was made. */
export async function replacedWith(
  root: ResourceState,
  operations: Operations,
  names: Names,
): Promise<ResourceState[]> {
  const gone = new Set([root.urn]);
  const found: ResourceState[] = [];
  for (const state of operations.snapshot.old) {
    const after = afterReplacementOf(gone, state);
    if (after === "unaffected" || state === root || state.pendingReplacement) continue;
    // What has been registered already does not depend on it any more.
    if (names.isRegistered(state.urn)) continue;
    const provider = after === "replaced" ? undefined : await operations.providerOf(state);
    const diff = after === "replaced" ? undefined : await provider?.diff(existing(state), after, []);
    if (after !== "replaced" && !(diff && replaceKeys(diff).length > 0)) continue;
    gone.add(state.urn);
    found.push(state);
  }
  return found;
}

/** Whether the resource moves to a provider that, by its own account, does not know it. */
export async function isProviderReplaced(
  old: ResourceState,
  next: ResourceState,
  { snapshot, providers }: Operations,
): Promise<boolean> {
  if (old.provider === next.provider) return false;
  if (!old.provider || !next.provider) return true;
  const [before, after] = [splitReference(old.provider), splitReference(next.provider)];
  if (snapshot.aliases.get(before.urn) === after.urn) return false;
  const isBefore = ({ urn, id }: ResourceState) => urn === before.urn && id === before.id;
  const provider = snapshot.old.find(isBefore) ?? snapshot.fresh(before.urn);
  const settings = snapshot.fresh(after.urn)?.inputs;
  if (!provider || !settings) return true;
  const diff = await providers.lifecycle.diff(existing(provider), settings, []);
  return replaceKeys(diff).length > 0;
}
