import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { startEngine, untilNoneIsLeft } from "./processes.ts";
import { Workspace } from "./workspace.ts";

const KILLS = 40;
/** Two at a time, each with a stack of its own. */
const LANES = 2;
/** Compiled code is kept, as the command `commerce` does: a run takes half the time. */
const cache = mkdtempSync(join(tmpdir(), "engine-compiled-"));
const stacks: Workspace[] = [];
afterAll(() => {
  for (const stack of stacks) stack.remove();
  rmSync(cache, { recursive: true, force: true });
});

/** Numbers from 0 to 1 that follow from the seed: a failure can be had again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

interface Plan {
  program: string;
  ids: string[];
}

/** Some of eight things: new values, new names (replaced, by either way), some in a chain, some by themselves. */
function plan(draw: () => number): Plan {
  const ids: string[] = [];
  let last = '""';
  const lines = Array.from({ length: 8 }, (_, i) => {
    if (draw() < 0.3) return "";
    const id = `t${i}${draw() < 0.3 ? "x" : ""}`;
    ids.push(id);
    const needs = draw() < 0.5 ? last : '""';
    last = `t${i}.id`;
    const args = `{ name: "${id}", slow: ${Math.round(draw() * 30)}, late: ${Math.round(draw() * 60)},
                    exclusive: ${i % 2 === 0}, value: [${Math.round(draw() * 3)}, ${needs}] }`;
    return `const t${i} = new Thing("t${i}", ${args});`;
  });
  return { program: lines.join("\n"), ids: ids.sort() };
}

/** What the real engine demands of a state before it works with it. */
function expectSound(stack: Workspace): void {
  const seen = new Set<string>();
  for (const state of stack.state().checkpoint.latest.resources ?? []) {
    const { urn, parent, provider, dependencies = [], propertyDependencies = {} } = state;
    const needed = [
      parent,
      provider?.replace(/::[^:]*$/, ""),
      ...dependencies,
      ...Object.values(propertyDependencies),
    ];
    for (const other of needed.flat().filter(Boolean)) expect([...seen], `needed by ${urn}`).toContain(other);
    if (!state.delete) expect(seen).not.toContain(urn);
    seen.add(urn);
  }
}

/** Kills the engine as soon as the world differs, or at a moment of its own; then runs it once more. */
async function round(stack: Workspace, draw: () => number): Promise<string> {
  const { program, ids } = plan(draw);
  stack.program(program);
  const verb = draw() < 0.25 ? "destroy" : "up";
  const isAimed = draw() < 0.5;
  const delay = isAimed ? draw() * 40 : draw() * 900;
  const before = stack.things().join();
  const { child } = startEngine(stack, verb, { NODE_COMPILE_CACHE: cache });
  const ended = once(child, "exit");
  if (isAimed) {
    // Between an operation's effect and its answer, as `late` leaves time for.
    const differs = async () => {
      while (child.exitCode === null && stack.things().join() === before) await setTimeout(5);
    };
    await Promise.race([ended, differs()]);
  }
  await Promise.race([ended, setTimeout(delay)]);
  child.kill("SIGKILL");
  await ended;
  if (existsSync(stack.statePath)) expectSound(stack);
  const { summary } = await stack.run("up", { env: { ...stack.options.env, NODE_COMPILE_CACHE: cache } });
  expect(summary.failures).toEqual([]);
  expect(stack.things()).toEqual(ids);
  const { resources, pending_operations } = stack.state().checkpoint.latest;
  const things = resources.filter((state: { type: string }) => state.type === "world:index:Thing");
  expect(things.map((state: { id: string }) => state.id).sort()).toEqual(ids);
  expect(pending_operations).toBeUndefined();
  expectSound(stack);
  return child.signalCode ?? "ended";
}

describe("an engine that is killed", () => {
  it(`leaves nothing that one more run does not put right, ${KILLS} times`, {
    timeout: 600_000,
  }, async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    console.log(`SEED=${seed}`);
    const begin = Date.now();
    let kills = 0;
    const lane = async (number: number) => {
      const stack = Workspace.world();
      stacks.push(stack);
      stack.edit("Pulumi.yaml", (text) =>
        text.replace("runtime: nodejs", "runtime: { name: nodejs, options: { typescript: false } }"),
      );
      for (let i = 0; kills < KILLS; i++) {
        const own = seed + number * 1_000_000 + i;
        const end = await round(stack, random(own)).catch((error) => {
          throw Object.assign(error, { message: `lane ${number}, round ${i}: ${error.message}` });
        });
        if (end === "SIGKILL") kills++;
      }
      await untilNoneIsLeft(stack);
      const locks = join(
        stack.projectDir,
        ".pulumi-state",
        ".pulumi",
        "locks",
        "organization",
        "test",
        "dev",
      );
      expect(readdirSync(locks)).toEqual([]);
    };
    await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
    console.log(`${kills} kills in ${(Date.now() - begin) / 1000} s`);
  });
});
