import { afterAll, describe, expect, it } from "vitest";
import { HostileWorkspace } from "./hostile-workspace.ts";

const stack = new HostileWorkspace();
afterAll(() => stack.remove());

const sealed = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: expect.any(String),
};

/** Runs a program; returns each failure under its resource's name. */
async function run(verb: "up" | "preview" | "refresh" | "destroy", program?: string) {
  if (program !== undefined) stack.program(program);
  const { summary, text } = await stack.run(verb, { continueOnError: true });
  const failures = Object.fromEntries(
    summary.failures.map(({ urn, message }) => [urn?.split("::")[3] ?? "", message]),
  );
  return { failures, text, summary };
}
const pending = () =>
  (stack.state().checkpoint.latest.pending_operations ?? []).map(
    ({ type, resource }: { type: string; resource: { urn: string } }) => [type, resource.urn.split("::")[3]],
  );

describe("a provider that answers with nonsense", () => {
  it("is named with the method, and what it may have made is noted", async () => {
    const { failures } = await run(
      "up",
      `new Odd("no-id", { create: { properties: { x: 1 } } });
       new Odd("garbage", { create: "garbage" });
       new Odd("mute", { create: "mute" });
       new Odd("mute-check", { check: "mute" });
       new Odd("no-inputs", { check: {} });
       new Odd("unknown", { create: { id: "u", properties: { x: "<unknown>", y: 2, z: [{ deep: "<unknown>" }] } } });
       new Odd("fine", { create: { id: "f" } });
       new Odd("secret", { create: { id: "s", properties: { x: { "<secret>": { y: 1 } }, y: [{ "<secret>": null }] } } });`,
    );
    expect(failures).toEqual({
      "no-id": expect.stringMatching(
        /^Plugin hostile returned no id from Create\nIt may have been done all the same/,
      ),
      garbage: expect.stringMatching(/^Plugin hostile gave an answer to Create that cannot be read/),
      mute: expect.stringMatching(/^Plugin hostile failed in Create and gave no reason/),
      "mute-check": expect.stringMatching(/^Plugin hostile failed in Check and gave no reason/),
      "no-inputs": "Plugin hostile returned no inputs from Check",
      unknown:
        "It exists, but does not work: the provider did not say what 'x' is; the provider did not say what 'z' is",
    });
    expect(pending().sort()).toEqual([
      ["creating", "garbage"],
      ["creating", "no-id"],
    ]);
    expect(stack.resource("unknown").outputs).toEqual({ y: 2 });
    expect(stack.resource("fine")).toMatchObject({ id: "f" });
    expect(stack.resource("secret").outputs).toEqual({ x: sealed, y: [sealed] });
  });

  it("loses nothing: after better answers, all is there", async () => {
    const { failures } = await run(
      "up",
      ["no-id", "garbage", "mute", "mute-check", "no-inputs", "unknown", "fine", "secret"]
        .map((name) => `new Odd("${name}", {});`)
        .join("\n"),
    );
    expect(failures).toEqual({});
    expect(pending()).toEqual([]);
    expect((await run("up")).summary.changes).toEqual({
      create: 0,
      update: 0,
      replace: 0,
      delete: 0,
      same: 9,
    });
  });

  it("may name in a diff what does not exist", async () => {
    const names = [
      `{ replaces: ["nowhere", "a..b", "", "x[9].y"] }`,
      `{ diffs: ["nowhere", "a.b[", "]"] }`,
      `{ detailed: { "no.where": 4, "a[\\"": 5, "": 0, "[": 99, "x[-1]": 2 } }`,
      `{ changes: 77 }`,
      `{ changes: 0, replaces: ["__proto__", "constructor"] }`,
    ];
    const declared = names.map((diff, i) => `new Odd("d${i}", { value: 2, diff: ${diff} });`).join("\n");
    await run("up", names.map((_, i) => `new Odd("d${i}", { value: 1 });`).join("\n"));
    const { failures, text } = await run("preview", declared);
    expect(failures).toEqual({});
    expect(text).toMatch(/d0 .*replace/);
    expect((await run("up")).failures).toEqual({});
    expect((await run("preview", declared.replace("value: 2", "value: 3"))).failures).toEqual({});
  });

  it("keeps what it cannot update, delete or read", async () => {
    const odd = `new Odd("a", { update: "garbage", value: 1 }); new Odd("b", { delete: "mute" }); new Odd("c", { read: "mute" });`;
    await run("up", odd);
    const { failures } = await run("up", odd.replace("value: 1", "value: 2"));
    expect(failures).toEqual({ a: expect.stringMatching(/gave an answer to Update that cannot be read/) });
    expect(stack.resource("a").inputs.value).toBe(1);
    expect(pending()).toEqual([["updating", "a"]]);
    const refreshed = await run("refresh");
    expect(refreshed.text).toMatch(/\(a\): warning: A run ended in the middle of updating it/);
    expect(refreshed.failures).toEqual({
      c: expect.stringMatching(/^Its state cannot be read: Plugin hostile failed in Read and gave no reason/),
    });
  });
});
