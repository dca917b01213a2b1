import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outputs } from "../../engine/index.ts";
import { golden, Workspace } from "./workspace.ts";

/** Steps in order, each once, with what changed; then the outputs and the counts. Times are left out. */
function essence(text: string) {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const steps = new Set<string>();
  for (const line of lines) {
    const step = /^ ([-+~>= ]{2}) (\S+:\S+) (\S+) .*?(\[diff: .*\])?$/.exec(line);
    if (step?.[1]?.trim()) steps.add([step[1], step[2], step[3], step[4] ?? ""].join(" ").trim());
  }
  const block = (title: string) => {
    const start = lines.lastIndexOf(title);
    return start < 0 ? [] : lines.slice(start, lines.indexOf("", start));
  };
  // The CLI gives each count a line of its own.
  const counts = text.slice(text.lastIndexOf("Resources:")).match(/\d+ (?:to \w+|\w+ed)\b/g);
  return { steps: [...steps], outputs: block("Outputs:"), resources: counts };
}

/** The state with all that differs from one run to the next taken out. */
function comparable(state: object): unknown {
  const ids = new Map<string, string>();
  const text = JSON.stringify(state)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/"ciphertext":"[^"]+"/g, '"ciphertext":"SEALED"')
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, (id) => {
      ids.set(id, ids.get(id) ?? `ID-${ids.size}`);
      return String(ids.get(id));
    });
  return JSON.parse(text);
}

describe("a stack's life, as the Pulumi CLI was recorded to lead it", () => {
  const stack = Workspace.golden();
  const setSql = (sql: string) => stack.edit("Pulumi.dev.yaml", (text) => text.replace(/SELECT \d/, sql));
  const expectRun = (text: string, recorded: string) =>
    expect(essence(text)).toEqual(essence(golden(recorded)));

  beforeAll(() => setSql("SELECT 1"));
  afterAll(() => stack.remove());

  it("previews a new stack", async () => {
    const { text } = await stack.run("preview");
    expectRun(text, "1-preview.txt");
    expect(() => stack.state()).toThrow();
  });

  it("creates it", async () => {
    const { text } = await stack.run("up");
    expectRun(text, "1-up.txt");
    expect(comparable(stack.state())).toEqual(comparable(JSON.parse(golden("1-up.state.json"))));
    expect(Object.keys(stack.state().checkpoint.latest.resources[3])).toEqual(
      Object.keys(JSON.parse(golden("1-up.state.json")).checkpoint.latest.resources[3]),
    );
  });

  it("previews an update, property by property", async () => {
    setSql("SELECT 2");
    const { text } = await stack.run("preview", { diff: true });
    const properties = (shown: string) => shown.match(/^ {6}[-+~ ] \w+ *: .*$/gm);
    expect(properties(text)).toEqual(properties(golden("2-preview.txt")));
    expect(essence(text).resources).toEqual(essence(golden("2-preview.txt")).resources);
  });

  it("updates", async () => {
    const { text } = await stack.run("up");
    expectRun(text, "2-up.txt");
    expect(comparable(stack.state())).toEqual(comparable(JSON.parse(golden("2-update.state.json"))));
    expect(await outputs({ ...stack.options, showSecrets: true })).toEqual(
      JSON.parse(golden("2-outputs.json")),
    );
    expect(await outputs(stack.options)).toMatchObject({ password: "[secret]" });
  });

  it("changes nothing the second time", async () => {
    const { summary } = await stack.run("up");
    expect(summary.changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 5 });
  });

  it("looks first when asked to, which is no change either", async () => {
    const { summary, text } = await stack.run("up", { refresh: true });
    expect(summary.changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 5 });
    expect(essence(text).steps).toEqual([]);
  });

  it("replaces, the old one deleted first", async () => {
    stack.edit("index.ts", (text) => text.replace('name: "second"', 'name: "second-renamed"'));
    expectRun((await stack.run("preview")).text, "3-replace.preview.txt");
    expectRun((await stack.run("up")).text, "3-replace.up.txt");
  });

  it("takes drift over with refresh, and acts on it", async () => {
    const job = join(stack.world, "first-job.json");
    writeFileSync(job, readFileSync(job, "utf8").replace("RUNNING", "FAILED"));
    const { text } = await stack.run("refresh");
    const { outputs, resources } = essence(text);
    expect({ outputs, resources }).toEqual({
      outputs: essence(golden("4-refresh-drift.txt")).outputs,
      resources: essence(golden("4-refresh-drift.txt")).resources,
    });
    stack.edit("index.ts", (text) => text.replace('name: "second-renamed"', 'name: "second"'));
    expectRun((await stack.run("up")).text, "4-up-after-drift.txt");
  });

  it("deletes what the program drops", async () => {
    stack.edit("index.ts", (text) =>
      text
        .replace(/^const second[\s\S]*?^\}?\);$|^const second = .*$/m, "")
        .replace("second.state", "first.job.state")
        .replace("[first.job.name, second.name]", "[first.job.name]"),
    );
    expectRun((await stack.run("up")).text, "5-removal.up.txt");
  });
});

describe("state that the Pulumi CLI wrote", () => {
  const stack = Workspace.golden();

  afterAll(() => stack.remove());

  it("is taken up and gone on from", async () => {
    mkdirSync(dirname(stack.statePath), { recursive: true });
    writeFileSync(stack.statePath, golden("2-update.state.json"));
    for (const name of ["first-job", "second"]) {
      writeFileSync(join(stack.world, `${name}.json`), JSON.stringify({ name, state: "RUNNING" }));
    }
    const { summary } = await stack.run("up");
    expect(summary.changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 5 });
    expect(comparable(stack.state())).toEqual(comparable(JSON.parse(golden("2-update.state.json"))));
  });

  it("is destroyed in the recorded order", async () => {
    const { text } = await stack.run("destroy");
    expect(essence(text)).toEqual({ ...essence(golden("7-destroy.txt")), outputs: [] });
    expect(comparable(stack.state())).toEqual(comparable(JSON.parse(golden("7-destroy.state.json"))));
  });

  it("stays shut without the right passphrase", async () => {
    writeFileSync(stack.statePath, golden("2-update.state.json"));
    const env = { ...stack.options.env, PULUMI_CONFIG_PASSPHRASE: "guess" };
    await expect(stack.run("up", { env })).rejects.toThrow(/passphrase is not the one/);
    expect(stack.state()).toEqual(JSON.parse(golden("2-update.state.json")));
  });
});
