/** Pairs operators of a new plan with those of the old plan whose state they continue with. */
import type { AnalyzedNode } from "./analyze.ts";

/** From new operators to old ones. An old operator is used once. */
export type Pairs = Map<AnalyzedNode, AnalyzedNode>;

export function pair(before: AnalyzedNode[], after: AnalyzedNode[]): Pairs {
  const pairs: Pairs = new Map();
  const taken = new Set<AnalyzedNode>();
  const downstream = new Map([...downstreamDigests(before), ...downstreamDigests(after)]);
  const shared = (node: AnalyzedNode, old: AnalyzedNode) =>
    [...(downstream.get(old) ?? [])].filter((digest) => downstream.get(node)?.has(digest)).length;

  for (const node of after) {
    const equals = before.filter(
      (old) => old.digest === node.digest && !taken.has(old) && hasSameUpstreamState(node, old, pairs),
    );
    // Of several equal ones, the one with the most downstream operators in common, unless it has more in common with
    // another new operator that is not paired yet.
    const rivals = after.filter((one) => one !== node && one.digest === node.digest && !pairs.has(one));
    const claim = (old: AnalyzedNode) =>
      shared(node, old) - Math.max(0, ...rivals.map((rival) => shared(rival, old)));
    const [best] = equals.length > 1 ? equals.sort((a, b) => claim(b) - claim(a)) : equals;
    if (!best) continue;
    pairs.set(node, best);
    taken.add(best);
  }
  return pairs;
}

/**
 * A state is valid only together with the upstream states that it was built on: a sum with the offsets up to which
 * it has counted, a sum of sums with the sums that it has received.
 */
function hasSameUpstreamState(node: AnalyzedNode, old: AnalyzedNode, pairs: Pairs): boolean {
  if (!node.stateful) return true;
  const states = node.upstream.filter((one) => one.stateful).map((one) => pairs.get(one));
  const oldStates = old.upstream.filter((one) => one.stateful);
  return states.length === oldStates.length && states.every((one) => one && oldStates.includes(one));
}

/** The digests of all operators downstream of each operator. */
function downstreamDigests(plan: AnalyzedNode[]): Map<AnalyzedNode, Set<string>> {
  const downstream = new Map(plan.map((node) => [node, new Set<string>()]));
  for (const node of plan) for (const upstream of node.upstream) downstream.get(upstream)?.add(node.digest);
  return downstream;
}
