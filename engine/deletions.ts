/** What the program no longer declares goes, last what others need, independent ones at the same time. */
import type { Operations } from "./operations.ts";
import { planDeletions, refuseProtected } from "./planner.ts";
import type { ResourceState } from "./state.ts";
import { Cancelled } from "./steps.ts";

/**
 * Deletes all that is left of the run before: removed resources, and replaced ones whose turn it is.
 * Failures are reported by the steps; what the failed ones need is then left alone.
 * @throws if something that is to go is protected; nothing has been deleted then.
 */
export async function deleteLeftovers(operations: Operations): Promise<void> {
  const doomed = [...operations.snapshot.old];
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
    if (before.includes(false)) return false;
    const staysOutside =
      state.external || state.retainOnDelete || (state.deletedWith && leaving.has(state.deletedWith));
    try {
      await operations.delete(
        state.pendingReplacement || staysOutside ? "discard" : state.delete ? "delete-replaced" : "delete",
        state,
      );
      return true;
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      return false;
    }
  };
  // The last made first, so that what is shown follows the order of dependence.
  await Promise.all(doomed.reverse().map(deleted));
}
