import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { EngineEvent } from "../../engine/events.ts";
import { startEngine, until, untilNoneIsLeft } from "./processes.ts";
import { Workspace } from "./workspace.ts";

const both = `new Thing("a", {}); new Thing("b", {});`;
const stack = Workspace.world(both);
afterAll(() => stack.remove());
afterEach(() => vi.useRealTimers());

/** Runs a program that fails, and sees that it cost nothing. */
async function failing(program: string): Promise<string> {
  stack.program(program);
  const { summary } = await stack.run("up");
  expect(summary.failures.map(({ urn }) => urn)).toEqual([undefined]);
  expect(summary.changes).toMatchObject({ delete: 0 });
  expect(stack.things()).toEqual(["a", "b"]);
  expect(stack.resource("b")).toBeDefined();
  return summary.failures[0]?.message ?? "";
}

describe("a program that does not declare everything takes nothing away", () => {
  it("throws, now or later, or rejects", async () => {
    expect((await stack.run("up")).summary.failures).toEqual([]);
    expect(await failing(`new Thing("a", {}); throw new Error("half-way");`)).toMatch(
      /half-way.*index\.js:\d+/s,
    );
    expect(await failing(`setTimeout(() => { throw new Error("later"); }, 50);`)).toContain("later");
    expect(await failing(`Promise.reject(new Error("nobody cares")); new Thing("a", {});`)).toContain(
      "nobody cares",
    );
    expect(
      await failing(`new Thing("a", {}).id.apply(() => { throw new TypeError("in apply"); });`),
    ).toContain("in apply");
  });

  it("leaves in the middle, with whatever code", async () => {
    expect(await failing(`process.exit(0);`)).toMatch(/exit code 1.* \d+ promises were still active/s);
    // Nothing is under way, but something was to come.
    const early = `new Thing("a", {}).urn.apply(() => setTimeout(() => process.exit(0), 300));
                   setTimeout(() => new Thing("b", {}), 60_000);`;
    expect(await failing(early)).toMatch(
      /^The program ended \(process\.exit\?\) before .*: nothing is deleted$/,
    );
    expect(await failing(`console.error("I give up"); process.exit(9);`)).toMatch(
      /exit code 9\n {2}\| I give up/,
    );
    expect(await failing(`process.kill(process.pid, "SIGKILL");`)).toMatch(/ended with SIGKILL/);
  });

  it("never ends: it is said that it runs, and Ctrl-C ends it", async () => {
    for (const hang of ["setInterval(() => undefined, 1000);", 'process.on("SIGTERM", () => 0); for (;;);']) {
      vi.useFakeTimers({ toFake: ["setInterval"] });
      stack.program(`process.stdout.write("here we go\\n"); ${hang}`);
      const cancel = new AbortController();
      const events: EngineEvent[] = [];
      const running = stack.run("up", {
        signal: cancel.signal,
        display: { emit: (event) => events.push(event) },
      });
      const has = (text: RegExp) => () => events.some((event) => text.test(JSON.stringify(event)));
      await vi.waitUntil(has(/here we go/), { timeout: 30_000 });
      vi.advanceTimersByTime(10_000);
      expect(has(/The program has been running for \d+ s/)()).toBe(true);
      cancel.abort();
      expect((await running).summary.failures).toEqual([{ message: expect.stringMatching(/^Cancelled/) }]);
      expect(stack.things()).toEqual(["a", "b"]);
      await untilNoneIsLeft(stack);
    }
  });

  it("never ends, and its engine is killed: it ends, too", async () => {
    stack.program(`console.log("here we go"); setInterval(() => undefined, 1000);`);
    const { child, output } = startEngine(stack, "up");
    await until(() => output().includes("here we go"));
    child.kill("SIGKILL");
    await untilNoneIsLeft(stack);
  });

  it("cannot be loaded", async () => {
    expect(await failing(`require("left-pad");`)).toMatch(/Cannot find module 'left-pad'/);
    expect(await failing(`const = 1;`)).toMatch(/index\.js:\d+/);
    writeFileSync(join(stack.projectDir, "package.json"), '{ "main": "index.ts" }');
    writeFileSync(join(stack.projectDir, "index.ts"), 'const a: string = "x";\n\nconst b: = 3;\n');
    expect(await failing(both)).toMatch(/index\.ts.3.\d/);
    rmSync(join(stack.projectDir, "index.ts"));
    writeFileSync(join(stack.projectDir, "package.json"), '{ "main": "index.js" }');
  });

  it("lacks its dependencies, or is not where Pulumi.yaml says", async () => {
    stack.edit("Pulumi.yaml", (text) => `${text}main: nowhere/\n`);
    await expect(stack.run("up")).rejects.toThrow(/Pulumi\.yaml: main: .*nowhere does not exist/);
    stack.edit("Pulumi.yaml", (text) => text.replace("main: nowhere/\n", ""));
    const bare = Workspace.world(both);
    rmSync(join(bare.dir, "node_modules"));
    const { summary } = await bare.run("up");
    expect(summary.failures[0]?.message).toMatch(
      /@pulumi\/pulumi is not installed .*: run npm install there/,
    );
    bare.remove();
  });
});
