import { once } from "node:events";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startEngine, until } from "./processes.ts";
import { Workspace } from "./workspace.ts";

let stack: Workspace;
afterEach(() => stack.remove());

const world = (program: string) => {
  stack = Workspace.world(program);
  return stack;
};
const names = () =>
  (stack.state().checkpoint.latest.resources ?? [])
    .filter((resource: { custom: boolean; type: string }) => resource.type === "world:index:Thing")
    .map((resource: { urn: string }) => resource.urn.split("::")[3])
    .sort();
const noLockIsLeft = () => {
  const locks = join(dirname(stack.statePath), "..", "..", "locks", "organization", "test", "dev");
  expect(existsSync(locks) ? readdirSync(locks) : []).toEqual([]);
};

describe("failures", () => {
  it("finishes what is under way when one fails, begins nothing else, and goes on from there", async () => {
    const program = (refuse: string) => `
      const a = new Thing("a", { value: 1${refuse} });
      new Thing("b", { value: a.id });
      const c = new Thing("c", { slow: 300 });
      new Thing("d", { value: c.id });
      exports.a = a.id; exports.c = c.id;`;
    world(program(', refuse: "no luck"'));
    const { summary, text } = await stack.run("up");
    expect(summary.failures).toEqual([{ urn: expect.stringMatching(/::a$/), message: "refused: no luck" }]);
    expect(text).toContain("error: refused: no luck");
    expect(summary.outputs).toEqual({});
    expect(names()).toEqual(["c"]);
    noLockIsLeft();
    expect((await stack.run("up", { continueOnError: true })).summary.outputs).toEqual({ c: "c" });
    expect(names()).toEqual(["c", "d"]);
    stack.program(program(""));
    expect((await stack.run("up")).summary).toMatchObject({ failures: [], changes: { create: 2, same: 3 } });
    expect(stack.things()).toEqual(["a", "b", "c", "d"]);
  });

  it("says nothing of a component that was skipped, although it still names its outputs", async () => {
    world(`
      const a = new Thing("a", { refuse: "no luck" });
      new Group("group", { dependsOn: [a] });`);
    const { summary, text } = await stack.run("up");
    expect(summary.failures.map(({ message }) => message)).toEqual(["refused: no luck"]);
    expect(text).not.toContain("Outputs were registered");
  });

  it("makes what is gone before it reads what lives in it", async () => {
    world(
      `const a = new Thing("a", {}); new Thing("b", { server: a.id }); new Thing("c", { server: a.id });`,
    );
    await stack.run("up");
    for (const id of ["a", "b"]) rmSync(join(stack.world, `${id}.json`));
    const { summary } = await stack.run("up", { refresh: true });
    expect(summary).toMatchObject({ failures: [], changes: { create: 2, update: 0 } });
    expect(stack.things()).toEqual(["a", "b", "c"]);
  });

  it("reports what cannot be read when nothing follows that could mend it", async () => {
    world(`const a = new Thing("a", {}); new Thing("b", { server: a.id });`);
    await stack.run("up");
    rmSync(join(stack.world, "a.json"));
    const { summary } = await stack.run("refresh");
    expect(summary.failures[0]?.message).toContain("a does not answer");
  });

  it("deletes nothing when something failed", async () => {
    world(`new Thing("a", {}); new Thing("b", {});`);
    await stack.run("up");
    stack.program(`new Thing("c", { refuse: "no" });`);
    expect((await stack.run("up")).summary.failures).toHaveLength(1);
    expect(stack.things()).toEqual(["a", "b"]);
    expect(names()).toEqual(["a", "b"]);
  });

  it("keeps a resource that was made but does not work, and tries it again", async () => {
    world(`new Thing("a", { broken: "no network" });`);
    const { summary } = await stack.run("up");
    expect(summary.failures[0]?.message).toMatch(/does not work: no network/);
    expect(stack.resource("a")).toMatchObject({ id: "a", initErrors: ["no network"] });
    stack.program(`new Thing("a", {});`);
    expect((await stack.run("up")).summary).toMatchObject({ failures: [], changes: { update: 1 } });
    expect(stack.resource("a").initErrors).toBeUndefined();
  });

  it("names the property that a provider does not accept", async () => {
    world(`new Thing("a", { name: "" });`);
    const { summary } = await stack.run("preview");
    expect(summary.failures[0]?.message).toMatch(/name: must not be empty/);
  });

  it("gives a dead plugin's last words, and says which plugin is missing", async () => {
    world(`new Thing("a", { die: true });`);
    expect((await stack.run("up")).summary.failures[0]?.message).toMatch(
      /Plugin world died \(code 3\) in Create[\s\S]*the disk is on fire/,
    );
    stack.program(`new pulumi.CustomResource("nowhere:index:X", "x", {}, { version: "1.2.3" });`);
    expect((await stack.run("up")).summary.failures[0]?.message).toMatch(
      /no plugin for package nowhere v1\.2\.3/,
    );
  });

  it("leaves what it could not delete, and what that needs", async () => {
    world(
      `const a = new Thing("a", {}); new Thing("b", { value: a.id, stubborn: true }); new Thing("c", {});`,
    );
    await stack.run("up");
    expect((await stack.run("destroy")).summary.failures).toHaveLength(1);
    expect(names()).toEqual(["a", "b"]);
    expect(stack.things()).toEqual(["a", "b"]);
  });

  it("stops at Ctrl-C once what is under way is done", async () => {
    world(`const a = new Thing("a", { slow: 1500 }); new Thing("b", { value: a.id });`);
    const { child } = startEngine(stack, "up");
    const pending = () => stack.state().checkpoint.latest.pending_operations ?? [];
    const isUnderWay = () =>
      pending().some(({ resource }: { resource: { urn: string } }) => resource.urn.endsWith("::a"));
    await until(() => existsSync(stack.statePath) && isUnderWay());
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    expect(names()).toEqual(["a"]);
    noLockIsLeft();
  });
});

describe("a stack's file", () => {
  it("is for one run at a time; a dead run's lock does not count", async () => {
    world(`new Thing("a", {});`);
    await stack.run("up");
    const locks = join(dirname(stack.statePath), "..", "..", "locks", "organization", "test", "dev");
    const lock = (pid: number) =>
      JSON.stringify({ pid, username: "me", hostname: hostname(), timestamp: new Date().toISOString() });
    writeFileSync(join(locks, "other.json"), lock(process.pid));
    await expect(stack.run("up")).rejects.toThrow(/in use by me@.*other\.json/);
    writeFileSync(join(locks, "other.json"), lock(999_999_999));
    expect((await stack.run("up")).text).toContain("Took over the stack");
    noLockIsLeft();
  });

  it("belongs to a folder: other backends are refused by name", async () => {
    world("");
    await expect(stack.run("up", { backendUrl: "s3://bucket" })).rejects.toThrow(
      /'s3:\/\/bucket' is not supported/,
    );
  });
});
