import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runGraph } from "../../../../cli/setup/run-graph.ts";

type Graph = Record<string, readonly string[]>;

async function run(graph: Graph, limit: number, fail: readonly string[] = []) {
  const events: string[] = [];
  let running = 0;
  let most = 0;
  const result = runGraph(
    Object.keys(graph),
    (node, other) => graph[node]?.includes(other) ?? false,
    limit,
    async (node) => {
      running += 1;
      most = Math.max(most, running);
      events.push(`+${node}`);
      await turn();
      running -= 1;
      if (fail.includes(node)) throw new Error(`${node} failed`);
      events.push(`-${node}`);
    },
  );
  const error = await result.then(
    () => undefined,
    (reason: Error) => reason.message,
  );
  return { events, most, error };
}

test("independent work runs in parallel, up to the limit, in the given order", async () => {
  const { events, most } = await run({ a: [], b: [], c: [] }, 2);
  expect(most).toBe(2);
  expect(events.slice(0, 2)).toEqual(["+a", "+b"]);
});

test("work waits for its dependencies, while later work starts", async () => {
  const { events } = await run({ a: [], b: ["a"], c: [] }, 2);
  expect(events.slice(0, 2)).toEqual(["+a", "+c"]);
  expect(events.indexOf("+b")).toBeGreaterThan(events.indexOf("-a"));
});

test("a dependency outside the list counts as done", async () => {
  expect((await run({ b: ["a"] }, 1)).events).toEqual(["+b", "-b"]);
});

test("after a failure the work under way ends, and nothing new begins", async () => {
  const { events, error } = await run({ a: [], b: [], c: ["a"], d: [] }, 2, ["a"]);
  expect(error).toBe("a failed");
  expect(events).toEqual(["+a", "+b", "-b"]);
});

test("circular dependencies are an error, not an endless wait", async () => {
  expect((await run({ a: ["b"], b: ["a"] }, 2)).error).toMatch(/circular dependencies/);
});

test("every node runs once, and after all that it depends on", async () => {
  const graphs = fc
    .integer({ min: 1, max: 8 })
    .chain((size) =>
      fc
        .tuple(
          ...Array.from({ length: size }, (_, node) =>
            fc.subarray(Array.from({ length: node }, (_, i) => `${i}`)),
          ),
        )
        .map((lists): Graph => Object.fromEntries(lists.map((list, node) => [`${node}`, list]))),
    );
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (graph, limit) => {
      const { events, most, error } = await run(graph, limit);
      expect(error).toBeUndefined();
      expect(most).toBeLessThanOrEqual(limit);
      expect(events.filter((event) => event.startsWith("+")).sort()).toEqual(
        Object.keys(graph)
          .map((node) => `+${node}`)
          .sort(),
      );
      for (const [node, parents] of Object.entries(graph)) {
        for (const parent of parents) {
          expect(events.indexOf(`+${node}`)).toBeGreaterThan(events.indexOf(`-${parent}`));
        }
      }
    }),
  );
});
