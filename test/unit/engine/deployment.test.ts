import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Declared, World } from "./world.ts";

const program = (options: { deleteFirst: boolean; protect: boolean }): fc.Arbitrary<Declared[]> =>
  fc
    .array(
      fc.record({
        name: fc.constantFrom(..."abcdefgh"),
        key: fc.integer({ min: 0, max: 1 }),
        value: fc.integer({ min: 0, max: 2 }),
        deleteFirst: options.deleteFirst ? fc.boolean() : fc.constant(false),
        protect: options.protect ? fc.boolean() : fc.constant(false),
        picks: fc.array(fc.nat(7), { maxLength: 3 }),
      }),
      { maxLength: 8 },
    )
    .map((drawn) => {
      const unique = [...new Map(drawn.map((one) => [one.name, one])).values()];
      return unique.map(({ picks, ...one }, index) => {
        const earlier = unique.slice(0, index).map(({ name }) => name);
        return { ...one, needs: [...new Set(picks.flatMap((pick) => earlier[pick] ?? []))] };
      });
    });

const free = program({ deleteFirst: true, protect: false });
const orderly = program({ deleteFirst: false, protect: false });

/** What the world looks like if it is as declared. */
function image(declared: Declared[]) {
  const ids = new Map(declared.map(({ name, key }) => [name, `${name}:${key}`]));
  return new Map(
    declared.map(({ name, key, value, needs }) => [
      `${name}:${key}`,
      { key, value, needs: needs.map((need) => ids.get(need)) },
    ]),
  );
}

describe("any two declared programs", () => {
  it("lead to what the second one declares, and then to no change", async () => {
    await fc.assert(
      fc.asyncProperty(free, free, async (first, second) => {
        const world = new World();
        await world.run(first);
        expect(world.live).toEqual(image(first));
        await world.run(second);
        expect(world.live).toEqual(image(second));
        const again = await world.run(second);
        expect(again?.counts).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
        expect(world.saved.resources.some((state) => state.delete || state.pendingReplacement)).toBe(false);
      }),
    );
  });

  it("do so too when the run is killed at any point", async () => {
    await fc.assert(
      fc.asyncProperty(free, free, fc.nat(40), fc.nat(40), async (first, second, one, two) => {
        const world = new World();
        await world.run(first);
        for (const lives of [one, two]) {
          world.lives = lives;
          await world.run(second);
        }
        world.lives = Number.POSITIVE_INFINITY;
        expect((await world.run(second))?.failures).toEqual([]);
        expect(world.live).toEqual(image(second));
      }),
      { numRuns: 300 },
    );
  });

  it("never delete what something live still needs", async () => {
    await fc.assert(
      fc.asyncProperty(orderly, orderly, async (first, second) => {
        const world = new World();
        await world.run(first);
        await world.run(second);
        await world.run("destroy");
        expect(world.cutOff).toEqual([]);
        expect(world.live.size).toBe(0);
        expect(world.saved.resources).toEqual([]);
      }),
    );
  });

  it("never delete what is protected", async () => {
    const guarded = program({ deleteFirst: true, protect: true });
    await fc.assert(
      fc.asyncProperty(guarded, free, async (first, second) => {
        const world = new World();
        await world.run(first);
        // A declaration may take the protection off; it cannot delete in the same breath.
        const kept = first.filter(
          ({ protect, name, key }) =>
            protect && !second.some((next) => next.name === name && next.key === key),
        );
        const steps = await world.run(second);
        for (const { name, key } of kept) expect(world.deleted).not.toContain(`${name}:${key}`);
        if (kept.length > 0) expect(steps?.failures.length).toBeGreaterThan(0);
      }),
    );
  });
});
