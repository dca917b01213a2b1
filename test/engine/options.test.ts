import { afterEach, describe, expect, it } from "vitest";
import { Workspace } from "./workspace.ts";

let stack: Workspace;
afterEach(() => stack.remove());

const world = (program: string) => {
  stack = Workspace.world(program);
  return stack;
};
const changed = { create: 0, update: 0, replace: 0, delete: 0 };

describe("resource options", () => {
  it("protect: refuses to delete, and to replace, until it is taken off", async () => {
    world(`new Thing("a", { value: 1 }, { protect: true });`);
    expect((await stack.run("up")).summary.failures).toEqual([]);
    stack.program("");
    const { summary } = await stack.run("up");
    expect(summary.failures[0]?.message).toMatch(/Protected[\s\S]*::a\n[\s\S]*protect: false/);
    stack.program(`new Thing("a", { name: "b", value: 1 }, { protect: true });`);
    expect((await stack.run("up")).summary.failures[0]?.message).toMatch(/Protected/);
    expect((await stack.run("destroy")).summary.failures[0]?.message).toMatch(/Protected/);
    expect(stack.things()).toEqual(["a"]);
    stack.program(`new Thing("a", { value: 1 });`);
    await stack.run("up");
    expect((await stack.run("destroy")).summary).toMatchObject({ failures: [], changes: { delete: 2 } });
    expect(stack.things()).toEqual([]);
  });

  it("retainOnDelete and deletedWith: leave the state, not the world", async () => {
    world(`new Thing("kept", {}, { retainOnDelete: true });
           const owner = new Thing("owner", {});
           new Thing("part", {}, { deletedWith: owner });`);
    await stack.run("up");
    stack.deeds();
    await stack.run("destroy");
    expect(stack.deeds()).toEqual(["delete owner"]);
    expect(stack.things()).toEqual(["kept", "part"]);
    expect(stack.state().checkpoint.latest.resources).toBeUndefined();
  });

  it("ignoreChanges and replaceOnChanges, by path", async () => {
    world(`new Thing("a", { value: { x: 1, y: [1, 2] } });
           new Thing("b", { value: { x: 1, y: [1, 2] } });`);
    await stack.run("up");
    stack.program(`new Thing("a", { value: { x: 2, y: [1, 3] } }, { ignoreChanges: ["value.x", "value.y[1]"] });
                   new Thing("b", { name: "b2", value: { x: 1, y: [1, 3] } }, { ignoreChanges: ["name"] });`);
    expect((await stack.run("preview")).summary.changes).toMatchObject({ ...changed, update: 1 });
    stack.program(`new Thing("a", { value: { x: 2, y: [1, 2] } }, { ignoreChanges: ["value.x"] });
                   new Thing("b", { vague: true, value: { x: 3, y: [1, 2] } }, { replaceOnChanges: ["value.y"] });`);
    expect((await stack.run("up")).summary.changes).toMatchObject({ ...changed, update: 1 });
    expect(stack.resource("a").inputs.value).toEqual({ x: 1, y: [1, 2] });
    stack.program(`new Thing("a", { value: { x: 1, y: [1, 2] } });
                   new Thing("b", { vague: true, value: { x: 3, y: [1, 9] } }, { replaceOnChanges: ["value.y"] });`);
    const { summary, text } = await stack.run("preview");
    expect(summary.changes).toMatchObject({ ...changed, replace: 1 });
    expect(text).toContain("world:index:Thing b replace [diff: ~value]");
  });

  it("aliases: a renamed resource, and the children of a renamed parent, stay what they are", async () => {
    world(`const g = new Group("old"); const a = new Thing("old-a", { name: "a" }, { parent: g });
           new Thing("b", {}, { dependsOn: a });`);
    await stack.run("up");
    stack.deeds();
    stack.program(`const g = new Group("new", { aliases: [{ name: "old" }] });
                   const a = new Thing("new-a", { name: "a" }, { parent: g });
                   new Thing("b2", { name: "b" }, { dependsOn: a, aliases: [{ name: "b" }] });`);
    expect((await stack.run("up")).summary.changes).toMatchObject({ ...changed, same: 4 });
    expect(stack.deeds()).toEqual([]);
    expect(stack.resource("new-a").parent).toMatch(/Group::new$/);
    expect(stack.resource("b2").dependencies).toEqual([stack.resource("new-a").urn]);
  });

  it("import takes an existing resource over, and goes on from what it is", async () => {
    world(`new Thing("a", { value: 1 });`);
    await stack.run("up");
    stack.program(`new Thing("a", { value: 1 }, { retainOnDelete: true });`);
    await stack.run("up");
    await stack.run("destroy");
    stack.program(`new Thing("again", { name: "a", value: 1 }, { import: "a" });`);
    stack.deeds();
    expect((await stack.run("up")).summary).toMatchObject({ failures: [], changes: { create: 2 } });
    expect(stack.resource("again")).toMatchObject({ id: "a", importID: "a" });
    expect((await stack.run("up")).summary.changes).toMatchObject({ ...changed, same: 2 });
    expect(stack.resource("again").importID).toBe("a");
    stack.program(`new Thing("again", { name: "a", value: 1 });
                   new Thing("more", { name: "a", value: 3 }, { import: "a" });`);
    expect((await stack.run("up")).summary).toMatchObject({
      failures: [],
      changes: { ...changed, create: 1, update: 1 },
    });
    expect(stack.deeds()).toEqual(["update a"]);
    expect(stack.resource("again")).not.toHaveProperty("importID");
    stack.program(`new Thing("again", { name: "a", value: 1 });
                   new Thing("third", { name: "b" }, { import: "a" });`);
    expect((await stack.run("up")).summary.failures[0]?.message).toMatch(/remove the option 'import'/);
    stack.program(`new Thing("fourth", { name: "x" }, { import: "nowhere" });`);
    expect((await stack.run("up")).summary.failures[0]?.message).toMatch(
      /no world:index:Thing with id 'nowhere'/,
    );
  });

  it("get reads a resource without taking it over", async () => {
    world(`new Thing("a", { value: "12345" });`);
    await stack.run("up");
    stack.program(`new Thing("a", { value: "12345" }); exports.size = Thing.get("other", "a").size;
                   new Thing("b", { value: Thing.get("third", "a").size });`);
    expect((await stack.run("up")).summary).toMatchObject({ failures: [], outputs: { size: 7 } });
    expect(stack.resource("other")).toMatchObject({ external: true, id: "a" });
    await stack.run("destroy");
    expect(stack.deeds().filter((deed) => deed.startsWith("delete"))).toHaveLength(2);
    stack.program(`Thing.get("other", "nowhere");`);
    expect((await stack.run("up")).summary.failures[0]?.message).toMatch(
      /no world:index:Thing with id 'nowhere'/,
    );
  });

  it("replaces what depends on it with it, when it must go first", async () => {
    const program = (name: string) => `
      const net = new Thing("net", { name: "${name}", exclusive: true });
      const box = new Thing("box", { name: pulumi.interpolate\`box-on-\${net.id}\`, exclusive: true });
      new Thing("lid", { name: "lid", value: box.id });
      new Thing("apart", { name: "apart" });`;
    world(program("n1"));
    await stack.run("up");
    stack.deeds();
    stack.program(program("n2"));
    const planned = (await stack.run("preview")).summary.changes;
    expect((await stack.run("up")).summary).toMatchObject({ failures: [], changes: planned });
    expect(planned).toMatchObject({ ...changed, replace: 2, update: 1 });
    expect(stack.deeds()).toEqual([
      "delete box-on-n1",
      "delete n1",
      "create n2",
      "create box-on-n2",
      "update lid",
    ]);
  });

  it("makes the new one first otherwise, and the old one goes last", async () => {
    world(`const a = new Thing("a", { name: "a1" }); new Thing("b", { value: a.id });`);
    await stack.run("up");
    stack.deeds();
    stack.program(`const a = new Thing("a", { name: "a2" }); new Thing("b", { value: a.id });`);
    await stack.run("up");
    expect(stack.deeds()).toEqual(["create a2", "update b", "delete a1"]);
  });

  it("keeps secrets sealed wherever they go, nested ones too", async () => {
    world(`const s = pulumi.secret("top-secret-word");
           const a = new Thing("a", { value: { list: [1, s], text: pulumi.interpolate\`x \${s} ü\` } });
           new Thing("b", { value: "top-secret-word" }, { additionalSecretOutputs: ["size"] });
           a.id.apply(() => console.log("the program says top-secret-word"));
           exports.whole = a.value; exports.plain = "plain";`);
    const { text, summary } = await stack.run("up");
    expect(summary.outputs).toEqual({ whole: expect.anything(), plain: "plain" });
    expect(JSON.stringify(summary)).not.toContain("top-secret-word");
    expect(text).toContain("the program says [secret]");
    expect(text).not.toContain("top-secret-word");
    const { b, ...rest } = Object.fromEntries(
      stack.state().checkpoint.latest.resources.map((r: { urn: string }) => [r.urn.split("::")[3], r]),
    );
    expect(JSON.stringify(rest)).not.toContain("top-secret-word");
    expect(b.outputs.size).toHaveProperty("ciphertext");
    expect((await stack.run("up")).summary.changes).toMatchObject({ ...changed, same: 3 });
  });

  it("calls functions, with the default provider that the config sets up", async () => {
    world(
      `exports.result = pulumi.output(pulumi.runtime.invoke("world:index:double", { count: 21 })).doubled;`,
    );
    const { summary } = await stack.run("up", { config: { "world:region": "north" } });
    expect(summary).toMatchObject({ failures: [], outputs: { result: 42 } });
    expect(stack.resource("default").inputs).toEqual({ __internal: {}, region: "north" });
  });

  it("runs dynamic providers", async () => {
    world(`const provider = { async create(inputs) { return { id: "d-1", outs: { twice: inputs.n * 2 } }; } };
           class D extends pulumi.dynamic.Resource { constructor(n, a) { super(provider, n, { twice: undefined, ...a }); } }
           exports.twice = new D("d", { n: 4 }).twice;`);
    expect((await stack.run("up")).summary).toMatchObject({ failures: [], outputs: { twice: 8 } });
    expect((await stack.run("up")).summary.changes).toMatchObject(changed);
  });

  it.each([
    ["stack references", `new pulumi.StackReference("x");`],
    ["transforms", `new Thing("a", {}, { transforms: [() => undefined] });`],
    ["an asset", `new Thing("a", { value: new pulumi.asset.StringAsset("x") });`],
    ["hooks", `new Thing("a", {}, { hooks: { beforeCreate: [() => undefined] } });`],
    ["replaceWith", `const b = new Thing("b", {}); new Thing("a", {}, { replaceWith: [b] });`],
  ])("refuses %s by name", async (what, program) => {
    world(program);
    const { summary, text } = await stack.run("up");
    expect(summary.failures.length).toBeGreaterThan(0);
    expect(text).toMatch(new RegExp(`does not support .*${what}`));
    expect(stack.deeds().filter((deed) => deed.endsWith(" a"))).toEqual([]);
  });
});
