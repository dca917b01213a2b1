import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EngineRequest } from "../../../cli/engines/engine.ts";
import { pulumiEngine } from "../../../cli/engines/pulumi.ts";
import { pulumiEnvironment } from "../../../cli/engines/pulumi-environment.ts";
import { pulumiArguments, shownUrn } from "../../../cli/engines/pulumi-words.ts";
import type { Console } from "../../../cli/progress.ts";

const urn = "urn:pulumi:dev::p::t::n";
const steps: string[] = [];
const console: Console = {
  line: () => undefined,
  step: (title) => ({
    update: () => undefined,
    done: (note) => steps.push(`${title}: ${note}`),
    fail: () => 0,
  }),
};

let folder: string;
let program: string;
beforeEach(() => {
  steps.length = 0;
  folder = mkdtempSync(join(tmpdir(), "commerce-unit-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: p\nruntime: nodejs\n");
  for (const name of ["docker", "postgresql", "random"]) {
    const path = join(folder, "node_modules", "@pulumi", name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "package.json"), '{"version":"1.2.3"}');
  }
  // In the Pulumi CLI's place: writes down how it was called, and answers as the CLI does.
  program = join(folder, "pulumi");
  writeFileSync(
    program,
    `#!/bin/sh
echo "$PULUMI_BACKEND_URL|$(basename "$PULUMI_CONFIG_PASSPHRASE_FILE")|$*" >>"${folder}/calls"
case "$*" in
  *"stack ls"*) echo '[{"name":"organization/p/dev"},{"name":"other"}]' ;;
  *"stack history"*) n=$(grep -cE '^[^|]*[|][^|]*[|](up|destroy)' "${folder}/calls")
    [ "$n" = 0 ] && echo '[]' || echo '[{"startTime":"'$n'","resourceChanges":{"create":2,"same":3,"read":1}}]' ;;
  *"stack output"*) echo '{"topic":"t"}' ;;
  *"stack export"*) echo '{"version":3,"deployment":{"resources":[{"urn":"${urn}","id":"i"}]}}' ;;
  *"plugin install"*postgresql*) echo 'no such host' >&2; exit 1 ;;
  *refresh\\ --yes*) echo 'it broke' >&2; exit 255 ;;
  *"config get none"*) exit 3 ;;
esac
`,
  );
  chmodSync(program, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function engine(more: Partial<EngineRequest> = {}) {
  const request: EngineRequest = {
    projectDir: folder,
    project: "p",
    stack: "dev",
    env: { PATH: process.env.PATH, PULUMI_HOME: folder },
    quiet: true,
    signal: new AbortController().signal,
    backend: undefined,
    diff: false,
    target: [],
    targetDependents: false,
    replace: [],
    ...more,
  };
  return pulumiEngine(program, request, console);
}

const calls = () => readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
const commands = () => calls().map((call) => call.split("|")[2]);
const installed = () => {
  for (const name of ["docker", "postgresql", "random"]) {
    mkdirSync(join(folder, "plugins", `resource-${name}-v1.2.3`), { recursive: true });
  }
};
const end = () => `--stack dev --cwd ${folder}`;

describe("the Pulumi CLI as the engine", () => {
  it("brings the stack up without asking again, and tells what the CLI counted", async () => {
    installed();
    const order: string[] = [];
    const summary = await engine().up(
      async () => void order.push(existsSync(join(folder, "calls")) ? "late" : "first"),
    );
    expect(summary.changes).toEqual({ create: 2, update: 0, replace: 0, delete: 0, same: 3 });
    expect(order).toEqual(["first"]);
    expect(commands()).toEqual([
      `stack select --create dev --non-interactive --cwd ${folder}`,
      `stack history --json --page-size 1 ${end()}`,
      `up --yes --refresh --skip-preview ${end()}`,
      `stack history --json --page-size 1 ${end()}`,
    ]);
    expect(calls()[0]).toContain(`file://${folder}/.pulumi-state|passphrase|`);
  });

  it("hands the selection on", async () => {
    installed();
    const chosen = { diff: true, target: [urn, "b"], targetDependents: true, replace: ["c"] };
    await engine(chosen).preview();
    expect(commands()).toContain(
      `preview --refresh --diff --target ${urn} --target b --target-dependents --replace c ${end()}`,
    );
    await engine(chosen).preview(true);
    expect(commands().some((call) => call?.startsWith("preview --refresh --json --diff"))).toBe(true);
  });

  it("counts nothing for a preview, which leaves no record", async () => {
    installed();
    expect((await engine().preview()).changes).toEqual({});
  });

  it("installs the official plugins, and puts the project's own on the PATH for those that cannot be had", async () => {
    writeFileSync(
      program,
      readFileSync(program, "utf8").replace("case", `echo "$PATH" >>"${folder}/path"\ncase`),
    );
    await engine().destroy();
    expect(commands().slice(0, 3).sort()).toEqual([
      "plugin install resource docker 1.2.3 --non-interactive --color never",
      "plugin install resource postgresql 1.2.3 --non-interactive --color never",
      "plugin install resource random 1.2.3 --non-interactive --color never",
    ]);
    expect(steps[0]).toContain("not to be had: postgresql (no such host)");
    const path = readFileSync(join(folder, "path"), "utf8").trimEnd().split("\n").at(-1);
    expect(path?.startsWith(join(folder, "plugins", "postgresql"))).toBe(true);
  });

  it("says which command failed", async () => {
    installed();
    await expect(engine().refresh()).rejects.toThrow("pulumi refresh failed (exit code 255)");
  });

  it("reads outputs, of a stack that there is", async () => {
    expect(await engine().outputs(true)).toEqual({ topic: "t" });
    expect(commands().at(-1)).toBe(`stack output --json --show-secrets ${end()}`);
    expect(await engine({ stack: "none" }).outputs(true)).toBeUndefined();
  });

  it("runs the user's own words, in the project's environment, and gives their exit code", async () => {
    expect(await engine().command(["config", "set", "--secret", "k", "v"])).toBe(0);
    expect(commands()).toEqual([
      `stack select --create dev --non-interactive --cwd ${folder}`,
      `config set --secret k v ${end()}`,
    ]);
    expect(await engine().command(["config", "get", "none"])).toBe(3);
    expect(await engine().command(["cancel", "--yes"])).toBe(0);
    expect(commands().at(-1)).toBe(`cancel --yes ${end()}`);
  });

  it("shows a resource, which the CLI has no command for, and says when there is none", async () => {
    expect(await engine().command(["state", "show", urn])).toBe(0);
    expect(commands()).toEqual([`stack export ${end()}`]);
    await expect(engine().command(["state", "show", "x"])).rejects.toThrow(
      "there is no resource x in stack dev",
    );
  });

  it.each([
    [
      ["state", "list"],
      ["stack", "--show-urns", "--show-ids", "-F"],
    ],
    [
      ["state", "rm", urn, "--yes"],
      ["state", "delete", urn, "--yes", "-F"],
    ],
    [
      ["state", "unprotect", "--all"],
      ["state", "unprotect", "--all", "-F"],
    ],
    [
      ["config", "set", "k", "--", "-v"],
      ["config", "set", "k", "-F", "--", "-v"],
    ],
    [
      ["config", "rm", "list"],
      ["config", "rm", "list", "-F"],
    ],
  ])("says %j as the CLI has it", (words, expected) => {
    expect(pulumiArguments(words, ["-F"])).toEqual(expected);
    expect(shownUrn(words)).toBeUndefined();
  });
});

describe("where the Pulumi CLI keeps state", () => {
  it.each([
    ["beside Pulumi.yaml", {}, undefined, (own: string) => `file://${own}/.pulumi-state`],
    ["where the environment says", { PULUMI_BACKEND_URL: "s3://b" }, undefined, () => "s3://b"],
    [
      "where --backend says",
      { PULUMI_BACKEND_URL: "s3://b" },
      "file://state",
      () => `file://${folder}/state`,
    ],
    ["where its user is logged in", {}, "current", () => undefined],
  ] as const)("is %s", (_, env, backend, url) => {
    const result = pulumiEnvironment(folder, env, backend);
    expect(result.PULUMI_BACKEND_URL).toBe(url(folder));
    expect(result.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined).toBe(backend !== "current");
    const made = url(folder)?.replace("file://", "") ?? "";
    if (made.startsWith("/")) expect(existsSync(made)).toBe(true);
  });

  it("is where Pulumi.yaml says, and a service needs no passphrase", () => {
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: p\nruntime: nodejs\nbackend:\n  url: https://api.pulumi.com\n",
    );
    const env = pulumiEnvironment(folder, {});
    expect(env.PULUMI_BACKEND_URL).toBe("https://api.pulumi.com");
    expect(env.PULUMI_CONFIG_PASSPHRASE_FILE).toBeUndefined();
    expect(existsSync(join(folder, ".pulumi-state"))).toBe(false);
  });
});
