import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { resolveConfig } from "../../../engine/config.ts";
import { loadProject, loadStackFile } from "../../../engine/project.ts";

let dir: string;
const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
const config = (overrides: Record<string, string> = {}) => {
  const project = loadProject(dir);
  return resolveConfig(
    project,
    "dev",
    loadStackFile(project, "dev"),
    overrides,
    (sealed) => `opened ${sealed}`,
  );
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "project-"));
});

describe("a project", () => {
  it("runs in its main folder, or beside its main file", () => {
    mkdirSync(join(dir, "infra"));
    write("infra/start.ts", "");
    write("Pulumi.yaml", "name: p\nruntime: nodejs\nmain: infra/");
    expect(loadProject(dir)).toMatchObject({ programDir: join(dir, "infra"), entry: ".", typescript: true });
    write(
      "Pulumi.yaml",
      "name: p\nruntime: {name: nodejs, options: {typescript: false}}\nmain: infra/start.ts",
    );
    expect(loadProject(dir)).toMatchObject({
      programDir: join(dir, "infra"),
      entry: "start.ts",
      typescript: false,
    });
  });

  it.each([
    ["name: p\nruntime: python", /runtime 'python' is not supported/],
    ["runtime: nodejs", /'name' is missing/],
    ["name: p\nruntime: nodejs\nmain: nowhere", /nowhere does not exist/],
    [
      "name: p\nruntime: nodejs\nplugins: {analyzers: [{name: x, path: y}]}",
      /plugins\.analyzers is not supported/,
    ],
    ["name: [", /cannot be read/],
  ])("is refused with a reason: %s", (text, reason) => {
    write("Pulumi.yaml", text);
    expect(() => loadProject(dir)).toThrow(reason);
  });

  it.each([
    ["secretsprovider: awskms://x", /secrets provider 'awskms:\/\/x'/],
    ["environment: [prod]", /'environment' is not supported/],
  ])("refuses stacks that need more than this engine has: %s", (text, reason) => {
    write("Pulumi.yaml", "name: p\nruntime: nodejs");
    write("Pulumi.dev.yaml", text);
    expect(() => loadStackFile(loadProject(dir), "dev")).toThrow(reason);
    expect(() => loadStackFile(loadProject(dir), "../dev")).toThrow(/not a stack's name/);
  });
});

describe("config", () => {
  beforeEach(() =>
    write(
      "Pulumi.yaml",
      `name: p
runtime: nodejs
config:
  rate: { type: integer, default: 1 }
  on: { type: boolean }
  tags: { type: array, items: { type: string }, default: [a, b] }
  token: { type: string, secret: true }
  fixed: plain
  other:region: { value: north }`,
    ),
  );

  it("takes the stack's value, else the default; overrides win; objects become JSON", () => {
    write(
      "Pulumi.dev.yaml",
      "config:\n  p:on: true\n  p:token: {secure: v1:x}\n  p:deep: {a: [1, {secure: v1:y}]}",
    );
    expect(Object.fromEntries(config({ rate: "5" }))).toEqual({
      "p:rate": { value: "5", secret: false },
      "p:on": { value: "true", secret: false },
      "p:tags": { value: '["a","b"]', secret: false },
      "p:token": { value: "opened v1:x", secret: true },
      "p:fixed": { value: "plain", secret: false },
      "other:region": { value: "north", secret: false },
      "p:deep": { value: '{"a":[1,"opened v1:y"]}', secret: true },
    });
  });

  it("reports every problem at once", () => {
    write("Pulumi.dev.yaml", "config:\n  p:rate: fast\n  p:tags: [1]\n  p:on: maybe");
    const problems = [
      /p:token: no value/,
      /p:rate: must be of type integer, is 'fast'/,
      /p:on: must be of type boolean/,
    ];
    for (const problem of problems) expect(() => config()).toThrow(problem);
  });
});
