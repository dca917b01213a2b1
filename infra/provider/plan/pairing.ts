/** Which operator of the new plan goes on with the state of which operator of the old one. */
import type { Understood } from "./lineage.ts";

/** From new ones to old ones, each of which is given once. */
export type Pairs = Map<Understood, Understood>;

export function pair(before: Understood[], after: Understood[]): Pairs {
  const pairs: Pairs = new Map();
  const taken = new Set<Understood>();
  const behindOld = digestsBehind(before);
  const behindNew = digestsBehind(after);
  for (const node of after) {
    const equals = before.filter(
      (old) => old.digest === node.digest && !taken.has(old) && sameGround(node, old, pairs),
    );
    // Of equal ones, the one that feeds the same; else the first.
    const feeds = behindNew.get(node);
    const shared = (old: Understood) =>
      [...(behindOld.get(old) ?? [])].filter((digest) => feeds?.has(digest)).length;
    const best = equals.reduce<Understood | undefined>(
      (best, old) => (best && shared(best) >= shared(old) ? best : old),
      undefined,
    );
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
function sameGround(node: Understood, old: Understood, pairs: Pairs): boolean {
  if (!node.stateful) return true;
  const ground = node.above.filter((one) => one.stateful).map((one) => pairs.get(one));
  const oldGround = old.above.filter((one) => one.stateful);
  return ground.length === oldGround.length && ground.every((one) => one && oldGround.includes(one));
}

function digestsBehind(plan: Understood[]): Map<Understood, Set<string>> {
  const behind = new Map(plan.map((node) => [node, new Set<string>()]));
  for (const node of plan) for (const above of node.above) behind.get(above)?.add(node.digest);
  return behind;
}
