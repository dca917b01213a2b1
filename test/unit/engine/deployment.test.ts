import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Targets } from "../../../engine/targets.ts";
import type { PropertyMap } from "../../../plugins/sdk/values.ts";
import { type Declared, type Mishap, thingUrn, World } from "./world.ts";

type Options = Partial<Record<"deleteFirst" | "protect" | "retain" | "with" | "renamed", boolean>>;

/** Up to eight resources, each with what it needs among those before it, in groups and at providers. */
const program = (options: Options): fc.Arbitrary<Declared[]> => {
  const flag = (option: keyof Options) => (options[option] ? fc.boolean() : fc.constant(false));
  const drawn = fc.record({
    name: fc.constantFrom(..."abcdefgh"),
    key: fc.integer({ min: 0, max: 1 }),
    value: fc.integer({ min: 0, max: 2 }),
    group: fc.constantFrom(undefined, "g0", "g1"),
    provider: fc.constantFrom(undefined, "p0", "p1", "q0"),
    deleteFirst: flag("deleteFirst"),
    protect: flag("protect"),
    retain: flag("retain"),
    renamed: flag("renamed"),
    owned: flag("with"),
    picks: fc.array(fc.nat(7), { maxLength: 3 }),
  });
  return fc.array(drawn, { maxLength: 8 }).map((all) => {
    const unique = [...new Map(all.map((one) => [one.name, one])).values()];
    return unique.map(({ picks, owned, ...one }, index) => {
      const earlier = unique.slice(0, index).map(({ name }) => name);
      const needs = [...new Set(picks.flatMap((pick) => earlier[pick] ?? []))];
      return owned ? { ...one, needs: needs.slice(1), with: needs[0] } : { ...one, needs };
    });
  });
};

const free = program({ deleteFirst: true, renamed: true });
const orderly = program({ renamed: true });
const any = program({ deleteFirst: true, renamed: true, retain: true, with: true });

const idOf = ({ name, key, provider }: Declared) => `${name}:${key}@${provider?.at(-1) ?? "any"}`;

/** What the world looks like if it is as declared. A resource stays in the region of its first provider. */
function image(declared: Declared[]): Map<string, PropertyMap> {
  const ids = new Map(declared.map((one) => [one.name, idOf(one)]));
  return new Map(
    declared.map((one) => {
      const { name, key, value, needs } = one;
      const owner = one.with && ids.get(one.with);
      return [idOf(one), { name, key, value, needs: needs.map((need) => ids.get(need)), with: owner }];
    }),
  );
}

/** Exactly what is declared, apart from what once was to be retained. */
function expectImage(world: World, programs: Declared[][]): void {
  const expected = image(programs.at(-1) ?? []);
  const left = new Set<string | undefined>();
  // With an owner that is retained goes nothing.
  for (const one of programs.flatMap(() => programs.flat()))
    if (one.retain || left.has(one.with)) left.add(one.name);
  const seen = [...world.live].filter(([id, { name }]) => expected.has(id) || !left.has(String(name)));
  expect(new Map(seen)).toEqual(expected);
  expect(world.invalid).toEqual([]);
}

const unchanged = { create: 0, update: 0, replace: 0, delete: 0 };

describe("any two declared programs", { timeout: 60_000 }, () => {
  it("lead to what the second one declares, and then to no change", async () => {
    await fc.assert(
      fc.asyncProperty(any, any, async (first, second) => {
        const world = new World();
        await world.run(first);
        expectImage(world, [first]);
        await world.run(second);
        expectImage(world, [first, second]);
        const again = await world.run(second);
        expect(again).toMatchObject({ failures: [], counts: unchanged });
      }),
      { numRuns: 120 },
    );
  });

  it("do so too when the run fails or is killed at any point", async () => {
    const mishap: fc.Arbitrary<Mishap> = fc.record({
      after: fc.nat(40),
      kind: fc.constantFrom("kill", "fail", "break"),
    });
    await fc.assert(
      fc.asyncProperty(any, any, mishap, mishap, async (first, second, one, two) => {
        const world = new World();
        await world.run(first);
        await world.run(second, { mishap: one });
        await world.run(second, { mishap: two });
        const clean = await world.run(second);
        expect(clean?.failures).toEqual([]);
        expectImage(world, [first, second]);
      }),
      { numRuns: 120 },
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
      fc.asyncProperty(guarded, guarded, async (first, second) => {
        const world = new World();
        await world.run(first);
        // A declaration may take the protection off, and replace in the same breath; leaving it out does not.
        const stays = (one: Declared, next: Declared) =>
          next.name === one.name && (idOf(next) === idOf(one) || !next.protect);
        const kept = first.filter((one) => one.protect && !second.some((next) => stays(one, next)));
        const steps = await world.run(second);
        for (const one of kept) expect(world.deleted).not.toContain(idOf(one));
        if (kept.length > 0) expect(steps?.failures.length).toBeGreaterThan(0);
      }),
    );
  });

  it("leave what is no target as it is", async () => {
    const names = fc.subarray([..."abcdefgh"], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(free, free, names, fc.boolean(), async (first, second, chosen, dependents) => {
        const world = new World();
        await world.run(first);
        const before = new Map(world.live);
        const urns = [...first, ...second].filter(({ name }) => chosen.includes(name)).map(thingUrn);
        if (urns.length === 0) return;
        await world.run(second, { targets: new Targets(urns, dependents) });
        expect(world.invalid).toEqual([]);
        const others = (live: Map<string, PropertyMap>) =>
          new Map([...live].filter(([, { name }]) => !chosen.includes(String(name))));
        if (!dependents) expect(others(world.live)).toEqual(others(before));
        await world.run(second);
        expectImage(world, [first, second]);
      }),
      { numRuns: 120 },
    );
  });
});
