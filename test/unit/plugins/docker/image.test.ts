import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contextFiles } from "../../../../plugins/docker/build-context.ts";
import { parseIgnoreRules, readIgnoreRules } from "../../../../plugins/docker/formats/ignore-rules.ts";
import { image } from "../../../../plugins/docker/image.ts";
import { UNKNOWN } from "../../../../plugins/sdk/values.ts";

let context: string;
beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), "build context "));
  write("Dockerfile", "FROM scratch\n");
  write("src/a.txt", "a");
  write("src/deep/b.log", "b");
});
afterEach(() => rmSync(context, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(join(context, path, ".."), { recursive: true });
  writeFileSync(join(context, path), text);
}

describe(".dockerignore", () => {
  it.each<[string, string[], string[]]>([
    ["node_modules", ["node_modules/a/b.js"], ["src/node_modules/a.js"]],
    ["**/node_modules", ["node_modules/a", "src/x/node_modules/a.js"], ["node_modules.txt"]],
    ["*.log", ["a.log"], ["src/a.log"]],
    ["**/*.log\n!keep.log", ["src/a.log", "a.log"], ["keep.log"]],
    ["# comment\n\n/dist/\n", ["dist/x"], ["src/dist", "distant"]],
    ["a?c", ["abc"], ["ac", "a/c"]],
    ["*\n!jars/*.jar", ["x", "jars/x.txt"], ["jars/x.jar"]],
    ["[xy].txt", ["x.txt"], ["[xy].txt", "X.txt"]],
    ["\uFEFF# comment\na", ["a"], ["b"]],
  ])("%j", (text, out, kept) => {
    const { ignores } = parseIgnoreRules(text);
    expect([out.filter((path) => !ignores(path)), kept.filter((path) => ignores(path))]).toEqual([[], []]);
  });
});

describe("the build context", () => {
  const files = () => contextFiles(context, readIgnoreRules(context, join(context, "Dockerfile")));

  it("contains all files that are not ignored", () => {
    expect(files()).toEqual(["Dockerfile", "src/a.txt", "src/deep/b.log"]);
    write(".dockerignore", "**/*.log");
    expect(files()).toEqual([".dockerignore", "Dockerfile", "src/a.txt"]);
  });

  it("contains files of an ignored folder that an exception includes", () => {
    write(".dockerignore", "src\n!src/deep\n");
    expect(files()).toEqual([".dockerignore", "Dockerfile", "src/deep/b.log"]);
  });
});

describe("check of an Image", () => {
  const inputs = (build: object, more = {}) => ({ imageName: "n:t", build, skipPush: true, ...more });

  it("adds the context's digest, so that a changed file is a change", async () => {
    const check = async () => (await image.check(inputs({ context }), undefined)).inputs;
    const before = await check();
    expect(before.build?.contextDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(image.diff("", { inputs: before, outputs: {} as never }, await check()).changes).toBe(false);
    write("src/a.txt", "new");
    const diff = image.diff("", { inputs: before, outputs: {} as never }, await check());
    expect(diff).toMatchObject({ changes: true, replaces: [], detailed: { build: "update" } });
  });

  it("keeps unknown values", async () => {
    const result = await image.check(inputs({ context, args: { BASE: UNKNOWN } }), undefined);
    expect(result.failures ?? []).toEqual([]);
    expect((await image.check(inputs({ context: UNKNOWN }), undefined)).failures ?? []).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["a Dockerfile that is not there", { dockerfile: "none" }, "there is no"],
    ["a context that is not there", { context: "/none" }, "there is no Dockerfile in the build context"],
    ["a Dockerfile outside of the context", { dockerfile: "/etc/hostname" }, "there is no ../"],
  ])("refuses %s", async (_what, build, reason) => {
    const { failures } = await image.check(inputs({ context, ...build }), undefined);
    expect(failures?.[0]?.reason).toContain(reason);
  });

  it("refuses to push", async () => {
    const { failures } = await image.check(inputs({ context }, { skipPush: false }), undefined);
    expect(failures?.[0]?.property).toBe("skipPush");
  });
});
