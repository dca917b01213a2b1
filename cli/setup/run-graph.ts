/**
 * Runs `work` on every node once the nodes that it depends on are done, at most `limit` at a time, earlier ones in
 * the list first. Dependencies outside the list count as done.
 *
 * @throws what the first failure threw, after the work already under way has ended; nothing new is begun after it.
 */
export async function runGraph<T>(
  nodes: readonly T[],
  dependsOn: (node: T, other: T) => boolean,
  limit: number,
  work: (node: T) => Promise<void>,
): Promise<void> {
  const waiting = [...nodes];
  const running = new Map<T, Promise<void>>();
  const failures: unknown[] = [];
  const isReady = (node: T) => ![...waiting, ...running.keys()].some((other) => dependsOn(node, other));

  for (;;) {
    while (failures.length === 0 && running.size < limit) {
      const index = waiting.findIndex(isReady);
      const [node] = index < 0 ? [] : waiting.splice(index, 1);
      if (node === undefined) break;
      const ended = work(node)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(node));
      running.set(node, ended);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failures.length > 0) throw failures[0];
  if (waiting.length > 0) throw new Error(`dependencies go round in a circle among ${waiting.length} nodes`);
}
