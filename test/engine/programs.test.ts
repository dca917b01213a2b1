import { afterEach, describe, expect, it } from "vitest";
import { Workspace } from "./workspace.ts";

let stack: Workspace;
afterEach(() => stack.remove());

const none = { create: 0, update: 0, replace: 0, delete: 0 };
const world = (program: string) => {
  stack = Workspace.world(program);
  return stack;
};
const up = async (program: string, options = {}) => {
  stack.program(program);
  return (await stack.run("up", options)).summary;
};

describe("programs", () => {
  it("carry any value unchanged, whatever it is called", async () => {
    const values = `{
      "": "", "a.b[0]": 'quo"te', "ключ 🔑": "e\\u0301 é 👩‍👩‍👧 \\u202eרטל\\u202c \\n\\t\\\\ \\u0000", null: null, list: [null, [], {}, [[[]]]],
      numbers: [0, -1.5, 9007199254740991, 1e21, 5e-324, 0.1], yes: true, long: "ü".repeat(100_000),
      deep: Array.from({ length: 60 }).reduce((inner) => ({ inner }), "end"), __proto: 1, constructor: "c" }`;
    const program = `const value = ${values};
      const a = new Thing("a::b $ ünï 🦊 \\"'", { name: "a", value, absent: undefined });
      const b = new Thing("b", { value: a.value, secret: pulumi.secret({ list: [value] }) });
      exports.whole = b.value; exports.empty = {}; exports.nothing = null;`;
    world(program);
    const { failures, outputs } = (await stack.run("up")).summary;
    expect(failures).toEqual([]);
    const value = new Function(`return ${values}`)();
    expect(outputs).toEqual({ whole: value, empty: {}, nothing: null });
    expect(stack.resource(`a::b $ ünï 🦊 "'`)).toMatchObject({
      urn: `urn:pulumi:dev::test::world:index:Thing::a::b $ ünï 🦊 "'`,
      inputs: { value, name: "a" },
    });
    expect(stack.resource("b").inputs).toMatchObject({ value, secret: { ciphertext: expect.any(String) } });
    expect((await stack.run("up")).summary.changes).toEqual({ ...none, same: 3 });
    expect((await stack.run("refresh")).summary.changes).toMatchObject(none);
  });

  it("may be big: components, chains and fans of 300 resources", async () => {
    world(`let chain = "";
      for (let g = 0; g < 30; g++) {
        const group = new Group("group-" + g);
        for (let i = 0; i < 10; i++) {
          const value = i < 5 ? i : chain;
          const thing = new Thing(\`thing-\${g}-\${i}\`, { value }, { parent: group });
          if (i === 9) chain = thing.id;
        }
      }
      exports.last = chain;`);
    expect((await stack.run("up")).summary).toMatchObject({
      failures: [],
      changes: { ...none, create: 331 },
      outputs: { last: "thing-29-9" },
    });
    expect((await stack.run("preview")).summary.changes).toEqual({ ...none, same: 331 });
    stack.deeds();
    expect((await stack.run("destroy")).summary).toMatchObject({ failures: [], changes: { delete: 331 } });
    const deeds = stack.deeds();
    const place = (group: number, thing: number) => deeds.indexOf(`delete thing-${group}-${thing}`);
    for (let g = 1; g < 30; g++) expect(place(g, 9)).toBeLessThan(place(g - 1, 9));
  });

  it("move between reading and managing a resource", async () => {
    world(`new Thing("a", { value: 1 }); new Thing("b", { value: 2 });`);
    await stack.run("up");
    stack.deeds();
    const b = `new Thing("b", { value: 2 });`;
    // The stack lets go of what it goes on to read, and deletes what it reads another one instead of.
    expect(await up(`Thing.get("a", "a"); ${b}`)).toMatchObject({ failures: [], changes: none });
    expect(stack.resource("a")).toMatchObject({ external: true, id: "a" });
    const owned = await up(`new Thing("a", { name: "c", value: 1 }); ${b}`);
    expect(owned).toMatchObject({ failures: [], changes: { ...none, replace: 1 } });
    expect(stack.resource("a")).not.toHaveProperty("external");
    expect(await up(`Thing.get("a", "a"); ${b}`)).toMatchObject({
      failures: [],
      changes: { ...none, replace: 1 },
    });
    expect(stack.deeds()).toEqual(["create c", "delete c"]);
    expect(stack.things()).toEqual(["a", "b"]);
  });

  it("unprotect and replace at once; retain what they replace", async () => {
    const program = (name: string, opts: string) =>
      `const a = new Thing("a", { name: "${name}" }, { ${opts} });`;
    world(program("a1", "protect: true"));
    await stack.run("up");
    stack.deeds();
    expect((await up(program("a2", ""))).failures).toEqual([]);
    expect(stack.deeds()).toEqual(["create a2", "delete a1"]);
    await up(program("a2", "retainOnDelete: true, deleteBeforeReplace: true"));
    expect(await up(program("a3", ""))).toMatchObject({ failures: [], changes: { ...none, replace: 1 } });
    expect(stack.deeds()).toEqual(["create a3"]);
    await up(program("a3", "retainOnDelete: true"));
    await up(program("a4", "retainOnDelete: true, deleteBeforeReplace: true"));
    expect(stack.things()).toEqual(["a2", "a3", "a4"]);
  });

  it("rename: by type, parent and in chains, with a change, and each only once", async () => {
    world(`const g = new Group("g"); const h = new Group("h", { parent: g });
      new Thing("h-x", { name: "x" }, { parent: h }); new Thing("y", { value: 1 }, { parent: g });`);
    await stack.run("up");
    stack.deeds();
    const { failures, changes } = await up(`
      const g = new Group("g2", { aliases: [{ name: "g" }] });
      const h = new Group("h2", { parent: g, aliases: [{ name: "h" }] });
      new Thing("h2-x", { name: "x" }, { parent: h });
      new Thing("z", { name: "y", value: 2 }, { aliases: [{ name: "y", parent: g }] });`);
    expect({ failures, changes }).toMatchObject({ failures: [], changes: { ...none, update: 1 } });
    expect(stack.deeds()).toEqual(["update y"]);
    expect(stack.resource("z").aliases).toEqual([
      "urn:pulumi:dev::test::test:index:Group$world:index:Thing::y",
    ]);
    const twice = await up(
      `new Thing("z", { name: "y", value: 2 }); new Thing("w", {}, { aliases: [{ name: "z" }] });`,
    );
    expect(twice.failures[0]?.message).toMatch(/alias .*::z belongs to .*::z/);
    expect((await up(`new Thing("q", {}); new Thing("q", {});`)).failures[0]?.message).toMatch(
      /Two resources.*::q/,
    );
  });

  it("wait for what is in a component, and delete it last", async () => {
    const program = (more: string) => `
      class Box extends pulumi.ComponentResource {
        constructor(name) { super("test:index:Box", name); new Thing("inner", { slow: 200 }, { parent: this }); this.registerOutputs({}); }
      }
      const box = new Box("box"); new Thing("after", {}, { dependsOn: box, customTimeouts: { create: "1h30m", delete: "90s" } }); ${more}`;
    world(program(""));
    await stack.run("up");
    expect(stack.deeds()).toEqual(["create inner", "create after"]);
    expect(stack.resource("after")).toMatchObject({ customTimeouts: { create: 5400, delete: 90 } });
    const { summary, text } = await stack.run("preview");
    expect(summary.changes).toMatchObject(none);
    expect(text).not.toContain("create");
    await stack.run("destroy");
    expect(stack.deeds()).toEqual(["delete after", "delete inner"]);
  });

  it("change providers without touching what they serve, unless those say otherwise", async () => {
    const program = (version: string, region: string, other = "") => `
      class Provider extends pulumi.ProviderResource { constructor(n, a) { super("world", n, a, { version: "1.0.0" }); } }
      new Thing("a", { value: 1 }, { version: "${version}" });
      const p = new Provider("p", { region: "${region}" }); ${other}
      new Thing("b", { value: 1 }, { provider: ${other ? "q" : "p"} });`;
    world(program("1.0.0", "north"));
    await stack.run("up");
    stack.deeds();
    expect(await up(program("1.1.0", "north"))).toMatchObject({ failures: [], changes: none });
    expect(stack.resource("a").provider).toContain("::default_1_1_0::");
    expect(stack.resource("default_1_0_0")).toBeUndefined();
    expect(await up(program("1.1.0", "south"))).toMatchObject({
      failures: [],
      changes: { ...none, update: 1 },
    });
    const moved = await up(program("1.1.0", "south", `const q = new Provider("q", { region: "south" });`));
    expect(moved).toMatchObject({ failures: [], changes: { ...none, create: 1 } });
    expect(stack.resource("b").provider).toContain("::q::");
    // With settings that are not known yet, nobody can say what becomes of its resources.
    const open = program(
      "1.1.0",
      "south",
      `const q = new Provider("q", { region: new Thing("new", {}).id });`,
    );
    stack.program(open);
    expect((await stack.run("preview")).summary.changes).toMatchObject({ ...none, create: 1, update: 2 });
    expect(stack.deeds()).toEqual([]);
  });

  it("say what they have to say, and end in an error if that is one", async () => {
    world(
      `const a = new Thing("a", {}); pulumi.log.debug("quiet"); pulumi.log.info("hello"); pulumi.log.warn("careful", a);`,
    );
    const { text, summary } = await stack.run("up");
    expect(summary.failures).toEqual([]);
    expect(text).toMatch(/hello[\s\S]*careful|careful[\s\S]*hello/);
    expect(text).not.toContain("quiet");
    const failed = await up(`new Thing("a", {}); pulumi.log.error("not like this");`);
    expect(failed.failures.map(({ message }) => message)).toEqual(["not like this"]);
  });

  it("stop at the first of 20 siblings to fail, and go on from there", async () => {
    const program = (refuse: string) => `
      for (let i = 0; i < 20; i++) new Thing("s" + i, { value: i, slow: 50, ...(i === 3 ? { refuse: ${refuse}, slow: 0 } : {}) });
      new Thing("late", { value: new Thing("first", { slow: 300 }).id });`;
    world(program('"no"'));
    const { failures } = (await stack.run("up")).summary;
    expect(failures).toEqual([{ urn: expect.stringMatching(/::s3$/), message: "refused: no" }]);
    const made = stack.things();
    expect(made).not.toContain("s3");
    expect(made).not.toContain("late");
    expect(stack.state().checkpoint.latest.pending_operations).toBeUndefined();
    const again = await up(program("undefined"));
    expect(again.failures).toEqual([]);
    expect(stack.things()).toHaveLength(22);
    expect(again.changes.create).toBe(22 - made.length);
    const broken = await up(program('"never"'));
    expect(broken.failures[0]?.message).toBe("refused: never");
    expect(stack.resource("s3").inputs).not.toHaveProperty("refuse");
  });
});
