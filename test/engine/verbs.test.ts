import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import ts from "typescript";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { golden, Workspace } from "./workspace.ts";

const main = join(import.meta.dirname, "..", "..", "engine", "main.ts");

let stack: Workspace;
const world = (program: string) => {
  stack = Workspace.world(program);
  return stack;
};

/** The engine's command line in a process of its own, as a user would call it; without a terminal. */
async function call(args: string | string[], input = "") {
  const words = [
    main,
    ...(typeof args === "string" ? args.split(" ") : args),
    "--cwd",
    stack.projectDir,
    "--stack",
    "dev",
  ];
  const child = spawn(process.execPath, words, {
    env: { ...process.env, ...stack.options.env, PULUMI_SKIP_CONFIRMATIONS: "" },
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once("close", resolve)),
  ]);
  return { stdout, stderr, code };
}

async function succeed(args: string, input?: string): Promise<string> {
  const { stdout, stderr, code } = await call(args, input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

const file = () => readFileSync(join(stack.projectDir, "Pulumi.dev.yaml"), "utf8");
const locks = () => join(dirname(stack.statePath), "..", "..", "locks", "organization", "test", "dev");
const names = () =>
  stack
    .state()
    .checkpoint.latest.resources.filter(({ type }: { type: string }) => type.includes(":index:"))
    .map(({ urn }: { urn: string }) => urn.split("::")[3])
    .sort();

describe("config", () => {
  afterEach(() => stack.remove());

  it("reads and changes what the Pulumi CLI wrote, comments and order included", async () => {
    stack = Workspace.golden();
    stack.edit("Pulumi.dev.yaml", (yaml) => `# ours\n${yaml}  golden:last: "1" # stays\n`);
    const before = file();
    expect(await succeed("config")).toBe(
      "KEY         VALUE\ndbPassword  [secret]\nlast        1\nsql         SELECT 2\n",
    );
    expect(JSON.parse(await succeed("config --json --show-secrets"))).toEqual({
      "golden:dbPassword": { value: "s3cret", secret: true },
      "golden:last": { value: "1", secret: false },
      "golden:sql": { value: "SELECT 2", secret: false },
    });
    expect(JSON.parse(await succeed("config -j"))["golden:dbPassword"]).toEqual({ secret: true });
    expect(await succeed("config get dbPassword")).toBe("s3cret\n");
    await succeed("config set sql", "SELECT 3;\nSELECT 4\n");
    expect(await succeed("config get golden:sql")).toBe("SELECT 3;\nSELECT 4\n");
    await succeed("config set sql", "SELECT 2");
    expect(file()).toBe(before);
    expect(await call("config get absent")).toMatchObject({
      code: 1,
      stderr: "error: configuration key 'golden:absent' not found for stack 'dev'\n",
    });
  });

  it("seals secrets, which the program then sees and nobody else", async () => {
    world(`const config = new pulumi.Config();
           new Thing("a", { value: config.requireSecret("token"), servers: config.requireObject("servers") });`);
    stack.edit("Pulumi.yaml", (yaml) => `${yaml}config:\n  token: { type: string, secret: true }\n`);
    await succeed("config set token hunter2hunter2");
    await succeed("config set other --secret", "swordfish\n");
    await succeed("config set --path servers[0].port 9092");
    await succeed("config set --path servers[0].key geheim123 --secret");
    expect(file()).not.toMatch(/hunter2|swordfish|geheim/);
    expect(await succeed("config")).toContain('servers  [{"port":9092,"key":"[secret]"}]');
    expect(await succeed("config get --path servers[0].key")).toBe("geheim123\n");
    const { stdout, code } = await call("up --yes");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.not.stringMatching(/hunter2|geheim/) });
    const thing = JSON.parse(readFileSync(join(stack.world, "a.json"), "utf8"));
    expect(thing).toMatchObject({
      value: "hunter2hunter2",
      servers: [{ port: 9092, key: "geheim123" }],
    });
    await succeed("config rm --path servers[0].key");
    await succeed("config rm other");
    expect(await succeed("config")).toBe('KEY      VALUE\nservers  [{"port":9092}]\ntoken    [secret]\n');
    expect(await call("config set --path token.part x")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("holds a secret"),
    });
  });

  it("says which word it does not know, and what may have been meant", async () => {
    world("");
    for (const [args, message] of [
      ["confg get x", "Unknown command 'confg get'; did you mean config get?"],
      ["preview --refrsh", "Unknown option --refrsh; did you mean --refresh?"],
      ["preview --secret", "'preview' has no option --secret"],
      ["config get", "config get KEY [--path]"],
    ] as const) {
      expect(await call(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    }
  });
});

describe("up, preview, refresh, destroy", () => {
  afterAll(() => stack.remove());

  it("do nothing that nobody has agreed to", async () => {
    world(`new Thing("a", { value: 1 });`);
    for (const verb of ["up", "refresh", "destroy"]) {
      expect(await call(verb)).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining("--yes"),
      });
    }
    expect((await call("up --preview-only")).stdout).toContain("a create");
    expect(existsSync(stack.statePath)).toBe(false);
    await succeed("up --skip-preview");
    expect((await call("destroy --preview-only")).stdout).toContain("a delete");
    expect(stack.things()).toEqual(["a"]);
    await succeed("refresh -y");
  });

  it.skipIf(process.platform !== "linux")(
    "ask in a terminal, once they have shown what they would do",
    async () => {
      stack.program(`new Thing("a", { value: 1 }); new Thing("b", {});`);
      const inTerminal = async (answer: string) => {
        const command = `${process.execPath} ${main} up --cwd ${stack.projectDir} --stack dev`;
        const env = { ...process.env, ...stack.options.env, PULUMI_SKIP_CONFIRMATIONS: "" };
        const child = spawn("script", ["-qec", command, "/dev/null"], { env });
        let shown = "";
        child.stdout.on("data", (data) => {
          const isAsked = shown.includes("Do you want");
          shown += data;
          if (!isAsked && shown.includes("Do you want")) child.stdin.write(answer);
        });
        const code = await new Promise((resolve) => child.once("close", resolve));
        expect(shown).toMatch(/Previewing update[\s\S]*1 to create/);
        return code;
      };
      expect(await inTerminal("n\n")).toBe(1);
      expect(stack.things()).toEqual(["a"]);
      expect(await inTerminal("y\n")).toBe(0);
      expect(stack.things()).toEqual(["a", "b"]);
    },
  );

  it("preview --json is what the Pulumi CLI was recorded to print", async () => {
    stack.remove();
    stack = Workspace.golden();
    stack.edit("Pulumi.dev.yaml", (yaml) => yaml.replace("SELECT 2", "SELECT 1"));
    const { duration, ...printed } = JSON.parse(await succeed("preview --json"));
    const { duration: _, ...recorded } = JSON.parse(golden("1-preview.json"));
    expect(printed).toEqual(recorded);
    expect(duration).toBeGreaterThan(1e6);
    await succeed("up --yes");
    stack.edit("Pulumi.dev.yaml", (yaml) => yaml.replace("SELECT 1", "SELECT 2"));
    const { steps, changeSummary } = JSON.parse(await succeed("preview --json"));
    expect(steps.map(({ op }: { op: string }) => op)).toEqual(["same", "update", "update", "update"]);
    expect(steps[1]).toMatchObject({
      diffReasons: ["sql"],
      detailedDiff: { sql: { kind: "update", inputDiff: true } },
      oldState: { id: "first-job", inputs: { sql: "SELECT 1", password: "[secret]" } },
      newState: { inputs: { sql: "SELECT 2" } },
    });
    expect(changeSummary).toEqual({ update: 3, same: 2 });
  });
});

describe("state", () => {
  afterAll(() => stack.remove());

  it("lists and shows what there is, secrets masked", async () => {
    world(`
      const a = new Thing("a", { value: pulumi.secret("hunter2") }, { protect: true });
      const group = new Group("group");
      const b = new Thing("b", { value: a.id }, { parent: group });
      new Thing("twin", {}); new Thing("twin", { name: "other" }, { parent: group });`);
    await succeed("up --yes");
    expect(await succeed("state list")).toMatch(/^URN +TYPE +ID\n[\s\S]*::a +world:index:Thing +a\n/);
    expect(JSON.parse(await succeed("state list --json"))).toContainEqual({
      urn: "urn:pulumi:dev::test::test:index:Group$world:index:Thing::b",
      type: "world:index:Thing",
      id: "b",
    });
    const shown = JSON.parse(await succeed("state show a"));
    expect(shown).toMatchObject({ id: "a", protect: true, inputs: { name: "a", value: "[secret]" } });
    expect(await succeed("state show world:index:Thing::a --show-secrets")).toContain("hunter2");
    const { code, stderr } = await call("state show twin");
    expect({ code, lines: stderr.match(/^ {2}urn:.*twin$/gm) }).toEqual({
      code: 1,
      lines: expect.any(Array),
    });
  });

  it("deletes what nothing needs and nobody protects, and forces it only when told to", async () => {
    const all = names();
    expect((await call("state rm group")).stderr).toMatch(
      /resources depend on it:\n.*::(b|twin)\n.*::(b|twin)\n/,
    );
    expect((await call("state rm a")).stderr).toMatch(/depend on it:\n.*::b\n/);
    expect((await call("state delete a --target-dependents")).stderr).toMatch(/Protected:\n.*::a\n/);
    expect((await call("state rm nothing")).stderr).toContain("No such resource 'nothing'");
    expect(names()).toEqual(all);
    await succeed("state rm group --target-dependents");
    expect(names()).toEqual(["a", "twin"]);
    await succeed("state rm a --force");
    expect(names()).toEqual(["twin"]);
    expect(stack.things()).toContain("a");
    expect(readFileSync(`${stack.statePath}.bak`, "utf8")).toContain("::a");
    expect(readdirSync(locks())).toEqual([]);
  });

  it("unprotects, so that the stack can be destroyed", async () => {
    stack.program(`new Thing("twin", {}, { protect: true });`);
    await succeed("up --yes");
    expect(await call("destroy --yes")).toMatchObject({ code: 1 });
    await succeed("state unprotect twin");
    expect(stack.resource("twin").protect).toBeUndefined();
    await succeed("destroy --yes");
    expect(stack.things()).not.toContain("twin");
  });
});

describe("import", () => {
  afterAll(() => stack.remove());

  it("takes over what exists, protected, and says how to declare it", async () => {
    world(`new Thing("first", {});`);
    await succeed("up --yes");
    const order = names();
    writeFileSync(
      join(stack.world, "old%20one.json"),
      JSON.stringify({ name: "old one", value: { "a-b": 1, c: "x" } }),
    );
    expect(await call("import world:index:Thing mine nowhere")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("There is no world:index:Thing with id 'nowhere'"),
    });
    const { stdout } = await call(["import", "world:index:Thing", "the-old.one", "old one"]);
    const code = stdout.slice(stdout.indexOf("import * as"));
    expect(code).toBe(
      'import * as world from "@pulumi/world";\n\n' +
        'const theOldOne = new world.Thing("the-old.one", {\n    name: "old one",\n    value: {\n        "a-b": 1,\n' +
        '        c: "x"\n    }\n}, { protect: true });\n',
    );
    expect(ts.transpileModule(code, { reportDiagnostics: true }).diagnostics).toEqual([]);
    expect(names()).toEqual([...order, "the-old.one"].sort());
    expect(stack.resource("the-old.one")).toMatchObject({
      id: "old one",
      importID: "old one",
      protect: true,
      parent: expect.stringContaining("pulumi:pulumi:Stack"),
    });
    const again = await call(["import", "world:index:Thing", "the-old.one", "old one"]);
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining("in the stack already") });
  });

  it("leaves nothing to do for a program that declares it", async () => {
    stack.program(
      `new Thing("first", {});
       new Thing("the-old.one", { name: "old one", value: { "a-b": 1, c: "x" } }, { protect: true });`,
    );
    expect((await stack.run("up")).summary).toMatchObject({
      failures: [],
      changes: { create: 0, update: 0, same: 3 },
    });
  });

  it("starts a stack, and puts a child under its parent", async () => {
    stack.remove();
    world("");
    for (const name of ["one", "two"])
      writeFileSync(join(stack.world, `${name}.json`), JSON.stringify({ name }));
    await succeed("import world:index:Thing one one --protect=false");
    const shown = await succeed("import world:index:Thing two two --parent one");
    expect(shown).toContain("{ parent: one, protect: true }");
    stack.program(`const one = new Thing("one", {}); new Thing("two", {}, { parent: one, protect: true });`);
    expect((await stack.run("up")).summary).toMatchObject({
      failures: [],
      changes: { create: 0, update: 0, delete: 0 },
    });
  });
});

describe("cancel", () => {
  afterEach(() => stack.remove());

  it("removes a dead run's lock, and a living one's or another machine's only when told to", async () => {
    world("");
    const lock = (pid: number, host = hostname()) => {
      mkdirSync(locks(), { recursive: true });
      const holder = { pid, username: "me", hostname: host, timestamp: new Date().toISOString() };
      writeFileSync(join(locks(), "other.json"), JSON.stringify(holder));
    };
    expect(await succeed("cancel")).toContain("not locked");
    lock(999_999_999);
    expect(await succeed("cancel")).toMatch(/Removed the lock of me@.*process 999999999.* since 2/);
    expect(readdirSync(locks())).toEqual([]);
    for (const [host, why] of [
      [hostname(), `process ${process.pid}.* under way`],
      ["elsewhere", "me@elsewhere.*--yes"],
    ] as const) {
      lock(process.pid, host);
      const { code, stderr } = await call("cancel");
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(why) });
      expect(readdirSync(locks())).toEqual(["other.json"]);
      expect((await call("cancel --yes")).code).toBe(0);
      expect(readdirSync(locks())).toEqual([]);
    }
    rmSync(locks(), { recursive: true });
  });
});
