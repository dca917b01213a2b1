import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workspace } from "./workspace.ts";

const none = { create: 0, update: 0, replace: 0, delete: 0 };
const thing = (name: string) => `urn:pulumi:dev::test::world:index:Thing::${name}`;
const inner = "urn:pulumi:dev::test::test:index:Group$world:index:Thing::inner";

describe("targets", () => {
  const stack = Workspace.world();
  const up = (target: string[], rest = {}) => stack.run("up", { target, ...rest });
  const program = (value: number, more = "") =>
    stack.program(`const a = new Thing("a", { value: ${value} });
      const b = new Thing("b", { value: pulumi.interpolate\`\${a.id} ${value}\` });
      const g = new Group("g"); new Thing("inner", { value: ${value} }, { parent: g });
      ${more}`);
  const things = () =>
    stack
      .state()
      .checkpoint.latest.resources.map((r: { urn: string }) => r.urn.split("::")[3])
      .sort();

  beforeAll(async () => {
    program(1);
    await stack.run("up");
    stack.deeds();
  });
  afterAll(() => stack.remove());

  it("alone are changed; all else stays, and what is new is not made", async () => {
    program(2, `new Thing("new", {});`);
    const planned = (await stack.run("preview", { target: [thing("b")] })).summary;
    const { summary } = await up([thing("b")]);
    expect(summary).toMatchObject({ failures: [], changes: { ...none, update: 1 } });
    expect(planned.changes).toEqual(summary.changes);
    expect(stack.deeds()).toEqual(["update b"]);
    expect(stack.resource("a").inputs.value).toBe(1);
    expect(things()).toEqual(["a", "b", "default_1_0_0", "g", "inner", "test-dev"]);
  });

  it("bring what depends on them along if asked to, and may be patterns", async () => {
    await up([thing("a")], { targetDependents: true });
    expect(stack.deeds()).toEqual(["update a"]);
    program(3);
    await up([thing("a")], { targetDependents: true });
    expect(stack.deeds()).toEqual(["update a", "update b"]);
    await up(["**$**::inn*"]);
    expect(stack.deeds()).toEqual(["update inner"]);
  });

  it("need what they need", async () => {
    program(
      3,
      `const n = new Thing("n", {}); new Thing("m", { value: n.id });
      const h = new Group("h"); new Thing("child", {}, { parent: h });`,
    );
    const { summary } = await up([thing("m")]);
    expect(summary.failures).toEqual([
      {
        urn: thing("m"),
        message: `${thing("m")} needs ${thing("n")}, which does not exist and is no target: add --target '${thing("n")}'`,
      },
    ]);
    expect((await up(["**::child"])).summary.failures[0]?.message).toMatch(/::child needs .*Group::h, which/);
    expect(stack.deeds()).toEqual([]);
    expect((await up([thing("m"), thing("n")])).summary).toMatchObject({
      failures: [],
      changes: { create: 2 },
    });
    stack.deeds();
  });

  it("have to exist, and so has what is to be replaced", async () => {
    program(3);
    for (const verb of ["up", "destroy"] as const) {
      const { summary } = await stack.run(verb, { target: [thing("nobody"), thing("a")] });
      expect(summary.failures[0]?.message).toMatch(/^Not in the stack.*\n.*::nobody$/);
    }
    const { summary } = await stack.run("up", { replace: [thing("nobody")] });
    expect(summary.failures).toEqual([
      { message: expect.stringMatching(/^Not in the stack.*\n.*::nobody$/) },
    ]);
    expect(stack.deeds()).toEqual([]);
  });

  it("are deleted alone too, if nothing needs them or that may go with them", async () => {
    program(3);
    await up([thing("m")]);
    expect(stack.deeds()).toEqual(["delete m"]);
    const { summary } = await stack.run("destroy", { target: [thing("a")] });
    expect(summary.failures[0]?.message).toMatch(/no targets:\n {2}.*Thing::b\nAdd --target-dependents/);
    expect(stack.deeds()).toEqual([]);
    await stack.run("destroy", { target: [thing("a")], targetDependents: true });
    expect(stack.deeds()).toEqual(["delete b", "delete a"]);
    expect(things()).toEqual(["default_1_0_0", "g", "inner", "n", "test-dev"]);
  });

  it("are replaced by name, the program's own order of replacing kept", async () => {
    stack.program(`new Thing("inner2", { value: 1 }); new Thing("n", {}, { deleteBeforeReplace: true });`);
    const { summary } = await stack.run("up", { replace: [thing("n")], target: [thing("n")] });
    expect(summary).toMatchObject({ failures: [], changes: { ...none, replace: 1 } });
    expect(stack.deeds()).toEqual(["delete n", "create n"]);
  });

  it("are looked at alone", async () => {
    const { events } = stack;
    events.length = 0;
    await stack.run("refresh", { target: [inner] });
    const read = events.flatMap((event) => (event.kind === "step-started" ? [event.step.name] : []));
    expect(read).toEqual(["inner"]);
  });
});
