/** What the program no longer declares goes, last what others need, independent ones at the same time. */
import type { Operations } from "./operations.ts";
import { planDeletions, refuseProtected } from "./planner.ts";
import type { ResourceState } from "./state.ts";
import { Cancelled } from "./steps.ts";
import type { Targets } from "./targets.ts";

/**
 * Deletes all that is left of the run before: removed resources, and replaced ones whose turn it is.
 * Failures are reported by the steps; what the failed ones need is then left alone.
 * @throws if something that is to go is protected, or is no target but needs one; nothing has been deleted then.
 */
export async function deleteLeftovers(operations: Operations, targets: Targets): Promise<void> {
  const doomed = confine(operations.snapshot.old, targets);
  const refusal = refuseProtected(doomed.filter((state) => !state.delete && !state.pendingReplacement));
  if (refusal) throw refusal;
  const order = planDeletions(doomed);
  const leaving = new Set(doomed.map((state) => state.urn));
  const deletions = new Map<ResourceState, Promise<boolean>>();
  const deleted = (state: ResourceState): Promise<boolean> => {
    const known = deletions.get(state) ?? deleteAfter(state);
    deletions.set(state, known);
    return known;
  };
  const deleteAfter = async (state: ResourceState): Promise<boolean> => {
    const before = await Promise.all((order.get(state) ?? []).map(deleted));
    if (before.includes(false)) {
      operations.steps.skip(state.urn);
      return false;
    }
    const isLeft =
      state.external ||
      state.retainOnDelete ||
      state.pendingReplacement ||
      (state.deletedWith !== undefined && leaving.has(state.deletedWith));
    try {
      const op = state.delete ? "delete-replaced" : isLeft ? "discard" : "delete";
      await operations.delete(op, state, false, isLeft);
      return true;
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      return false;
    }
  };
  // The last made first, so that what is shown follows the order of dependence.
  await Promise.all(doomed.reverse().map(deleted));
}

/** The targets among them, and what cannot be without those. */
function confine(states: readonly ResourceState[], targets: Targets): ResourceState[] {
  if (!targets.isConfined) return [...states];
  const doomed = new Set(states.filter((state) => targets.has(state.urn)));
  const before = planDeletions(states);
  for (const state of doomed) for (const user of before.get(state) ?? []) doomed.add(user);
  const users = [...doomed].filter((state) => !targets.has(state.urn));
  if (users.length > 0 && !targets.dependents) {
    const urns = users.map(({ urn }) => `\n  ${urn}`).join("");
    throw new Error(
      `They need what is to be deleted, and are no targets:${urns}\nAdd --target-dependents to delete them too`,
    );
  }
  return states.filter((state) => doomed.has(state));
}
