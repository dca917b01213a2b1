/**
 * Runs `work` on every node once its dependencies are done, at most `limit` at a time, in the order of the list.
 * Dependencies outside the list count as done.
 *
 * @throws the first failure, after all running work has ended; no more work is started after it
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
  if (waiting.length > 0) throw new Error(`circular dependencies among ${waiting.length} nodes`);
}
