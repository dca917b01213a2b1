/** Which operator of the new plan goes on with the state of which operator of the old one. */
import type { AnalyzedNode } from "./analyze.ts";

/** From new ones to old ones, each of which is given once. */
export type Pairs = Map<AnalyzedNode, AnalyzedNode>;

export function pair(before: AnalyzedNode[], after: AnalyzedNode[]): Pairs {
  const pairs: Pairs = new Map();
  const taken = new Set<AnalyzedNode>();
  const fed = new Map([...fedDigests(before), ...fedDigests(after)]);
  const shared = (node: AnalyzedNode, old: AnalyzedNode) =>
    [...(fed.get(old) ?? [])].filter((digest) => fed.get(node)?.has(digest)).length;

  for (const node of after) {
    const equals = before.filter(
      (old) => old.digest === node.digest && !taken.has(old) && sameGround(node, old, pairs),
    );
    // Of equal ones, the one that feeds the same, unless others that wait for theirs have more of a claim to it.
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
 * A state is worth something only on top of the very states that it was built on: a sum goes on from the offsets that
 * it has counted up to, and a sum of sums from the sums that it has heard of.
 */
function sameGround(node: AnalyzedNode, old: AnalyzedNode, pairs: Pairs): boolean {
  if (!node.stateful) return true;
  const ground = node.upstream.filter((one) => one.stateful).map((one) => pairs.get(one));
  const oldGround = old.upstream.filter((one) => one.stateful);
  return ground.length === oldGround.length && ground.every((one) => one && oldGround.includes(one));
}

/** What each operator feeds, near and far. */
function fedDigests(plan: AnalyzedNode[]): Map<AnalyzedNode, Set<string>> {
  const fed = new Map(plan.map((node) => [node, new Set<string>()]));
  for (const node of plan) for (const upstream of node.upstream) fed.get(upstream)?.add(node.digest);
  return fed;
}
