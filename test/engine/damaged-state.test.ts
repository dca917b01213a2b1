import { once } from "node:events";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "./processes.ts";
import { Workspace } from "./workspace.ts";

const program = `const a = new Thing("a", { value: pulumi.secret("hush") }); new Thing("b", { value: a.id });`;
const stack = Workspace.world(program);
let good: string;
beforeAll(async () => {
  await stack.run("up");
  stack.deeds();
  good = readFileSync(stack.statePath, "utf8");
});
afterAll(() => stack.remove());

/** No run, of whatever kind, works with the file or changes it; the world stays, and no lock is left. */
async function refused(text: string, error: RegExp, env = {}): Promise<void> {
  writeFileSync(stack.statePath, text);
  for (const verb of ["up", "preview", "destroy", "refresh"] as const) {
    await expect(stack.run(verb, { env: { ...stack.options.env, ...env } }), verb).rejects.toThrow(error);
  }
  expect(readFileSync(stack.statePath, "utf8")).toBe(text);
  expect(stack.things()).toEqual(["a", "b"]);
  expect(stack.deeds()).toEqual([]);
  const locks = join(stack.projectDir, ".pulumi-state", ".pulumi", "locks", "organization", "test", "dev");
  expect(readdirSync(locks)).toEqual([]);
}

type Resource = Record<string, unknown> & { urn: string; provider: string };

/** The good state with something done to it. */
function spoilt(change: (resources: Resource[], latest: Record<string, unknown>) => void): string {
  const file = JSON.parse(good);
  change(file.checkpoint.latest.resources, file.checkpoint.latest);
  return JSON.stringify(file);
}
const inB = (fields: object) => spoilt((resources) => Object.assign(resources.at(-1) ?? {}, fields));

describe("a damaged state", () => {
  it.each<[string, () => string, RegExp]>([
    [
      "is cut off",
      () => good.slice(0, -200),
      /dev\.json is damaged \(.*JSON.*\): nothing was changed\. Restore it, from .*dev\.json\.bak/,
    ],
    ["is empty", () => "", /is damaged \(Unexpected end of JSON input\)/],
    ["is no JSON", () => "version: 3", /is damaged \(Unexpected token/],
    [
      "is another JSON",
      () => '{ "name": "commerce", "version": "1.0.0" }',
      /is damaged \(it is no stack's checkpoint\)/,
    ],
    ["is a list", () => "[]", /it is no stack's checkpoint/],
    ["is null", () => "null", /it is no stack's checkpoint/],
    ["lacks all but a version", () => '{ "version": 3 }', /it is no stack's checkpoint/],
    ["was exported", () => '{ "version": 3, "deployment": {} }', /use 'pulumi stack import' on it/],
    [
      "is newer",
      () => good.replace('"version": 3', '"version": 4'),
      /format version 4, this engine reads version 3/,
    ],
    ["is older", () => good.replace('"version": 3', '"version": 2'), /format version 2.*use the Pulumi CLI/],
    [
      "has no list of resources",
      () => spoilt((_, latest) => Object.assign(latest, { resources: {} })),
      /'resources' is not a list/,
    ],
    [
      "has a resource that is none",
      () => spoilt((resources) => resources.push(7 as never)),
      /a resource: 'urn' is missing/,
    ],
    ["has a resource without type", () => inB({ type: undefined }), /::b: 'type' is missing/],
    [
      "has inputs that are no map",
      () => inB({ inputs: "x" }),
      /::b: 'inputs' is missing or not what it should be/,
    ],
    ["has dependencies that are no names", () => inB({ dependencies: [null] }), /::b: 'dependencies' is/],
    [
      "has an operation on nothing",
      () => spoilt((_, latest) => Object.assign(latest, { pending_operations: [{ type: "creating" }] })),
      /a resource: 'urn' is missing/,
    ],
    [
      "has a resource twice",
      () => spoilt((resources) => resources.push(resources.at(-1) as Resource)),
      /::b is there twice/,
    ],
    [
      "names a parent that is not there",
      () => inB({ parent: "urn:pulumi:dev::test::x:y:Z::p" }),
      /::b refers to .*Z::p, which is not there/,
    ],
    [
      "names a dependency that is not there",
      () => inB({ propertyDependencies: { value: ["urn:pulumi:dev::test::x:y:Z::d"] } }),
      /::b refers to .*Z::d, which/,
    ],
    [
      "names a provider that is not there",
      () => inB({ provider: "urn:pulumi:dev::test::pulumi:providers:world::old::1" }),
      /::b refers to the provider .*::old::1, which/,
    ],
    [
      "holds a secret that was sealed elsewhere",
      () => good.replace(/("ciphertext": "v1:[^:]*:).{4}/, "$1AAAA"),
      /::a: A secret cannot be decrypted/,
    ],
  ])("%s", async (_what, text, error) => {
    const damaged = text();
    expect(damaged).not.toBe(good);
    await refused(damaged, error);
  });

  it("is sealed with another passphrase", async () => {
    await refused(good, /passphrase is not the one.*PULUMI_CONFIG_PASSPHRASE/, {
      PULUMI_CONFIG_PASSPHRASE: "guessed",
    });
  });

  it("is as good as new once the backup is back", async () => {
    writeFileSync(stack.statePath, good);
    stack.program(program.replace("hush", "hush!"));
    await stack.run("up");
    writeFileSync(stack.statePath, good.slice(0, 99));
    await expect(stack.run("up")).rejects.toThrow(`${stack.statePath}.bak`);
    copyFileSync(`${stack.statePath}.bak`, stack.statePath);
    expect(readFileSync(stack.statePath, "utf8")).toBe(good);
    expect((await stack.run("up", { refresh: true })).summary.failures).toEqual([]);
    expect((await stack.run("up")).summary.changes).toEqual({
      create: 0,
      update: 0,
      replace: 0,
      delete: 0,
      same: 3,
    });
  });
});

describe("a state that cannot be written", () => {
  it("as the disk is full: nothing is begun, and the old one stays", async () => {
    const [before, backup] = [stack.statePath, `${stack.statePath}.bak`].map((file) =>
      readFileSync(file, "utf8"),
    );
    stack.deeds();
    stack.program(`${program} new Thing("c", {});`);
    // No file may have more than 2 KiB, for the engine and all that it starts.
    const { child, output } = startEngine(stack, "up", {}, ["sh", "-c", 'ulimit -f 4; exec "$0" "$@"']);
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(output()).toMatch(/dev\.json\.bak cannot be written, it is as it was before: EFBIG/);
    expect(readFileSync(`${stack.statePath}.bak`, "utf8")).toBe(backup);
    expect(stack.deeds()).toEqual([]);
    expect(readFileSync(stack.statePath, "utf8")).toBe(before);
    expect(readdirSync(dirname(stack.statePath)).sort()).toEqual(["dev.json", "dev.json.bak"]);
  });

  it("as its folder is none: said before anything is done", async () => {
    const folder = join(stack.dir, "no-folder");
    writeFileSync(folder, "");
    await expect(stack.run("up", { backendUrl: `file://${folder}` })).rejects.toThrow(/no-folder/);
    rmSync(folder);
    expect((await stack.run("up")).summary.failures).toEqual([]);
    expect(stack.things()).toContain("c");
  });
});
