/** What can be changed in a state by hand without breaking it. */
import { dependencies } from "./planner.ts";
import type { ResourceState } from "./state.ts";
import { parseUrn } from "./urn.ts";

/** @throws unless the word is one resource's URN, its end, or a name that no other has. */
export function findResource(resources: readonly ResourceState[], word: string): ResourceState {
  const exact = resources.filter((state) => state.urn === word);
  const found =
    exact.length > 0
      ? exact
      : resources.filter(({ urn }) => parseUrn(urn).name === word || urn.endsWith(`::${word}`));
  // One that is only waiting to be deleted is not what is meant.
  const live = found.filter((state) => !state.delete);
  const [only, ...others] = live.length > 0 ? live : found;
  if (!only)
    throw new Error(`No such resource '${word}' exists in the current state: \`state list\` shows all`);
  if (others.length > 0) {
    const urns = [only, ...others].map(({ urn }) => `\n  ${urn}`);
    throw new Error(`'${word}' may be any of these, give the URN of one:${urns.join("")}`);
  }
  return only;
}

/**
 * The state without a resource.
 * @throws if it, or what would have to go with it, is protected or needed; the error names all of them.
 */
export function without(
  resources: readonly ResourceState[],
  doomed: ResourceState,
  { force = false, dependents = false },
): ResourceState[] {
  const gone = new Set([doomed]);
  const urns = new Set([doomed.urn]);
  for (const state of resources) {
    if (![state.parent, ...dependencies(state)].some((urn) => urn && urns.has(urn))) continue;
    gone.add(state);
    urns.add(state.urn);
  }
  const names = (states: ResourceState[]) => states.map(({ urn }) => `\n  ${urn}`).join("");
  const needing = [...gone].filter((state) => state !== doomed);
  if (needing.length > 0 && !dependents) {
    throw new Error(
      `${doomed.urn} can't be safely deleted because the following resources depend on it:${names(needing)}\n` +
        "Delete those resources first or pass --target-dependents",
    );
  }
  const safe = [...gone].filter((state) => state.protect);
  if (safe.length > 0 && !force) {
    throw new Error(
      `Protected:${names(safe)}\nPass --force to delete all the same, or \`state unprotect\` first`,
    );
  }
  return resources.filter((state) => !gone.has(state));
}
