/** The commands that look into a running stack: logs, sql, events, trace, bundle. None of them shows a secret. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { docker } from "../live/support/docker.ts";
import { testFolder } from "../live/support/leftovers.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import type { CommandResult } from "../live/support/workspace.ts";

const STACK = "live-commands";
const CONFIG = { eventsPerSecond: "5", partitions: 2, checkpointInterval: 2, ...stackPorts() };
const stack = useStack(STACK, CONFIG);
const { container } = stack;
let secrets: string[];

beforeAll(async () => {
  await ok("up", ["--yes", "--no-proof"]);
  secrets = await allSecrets();
});

async function ok(verb: string, args: string[] = []): Promise<CommandResult> {
  const run = await stack.workspace.commerce(verb, args);
  expect(run.code, run.text).toBe(0);
  return run;
}

/** Every text that Pulumi has encrypted in the state, and the passphrase. */
async function allSecrets(): Promise<string[]> {
  const { code, text } = await stack.workspace.pulumi(["stack", "export", "--show-secrets"]);
  expect(code, text).toBe(0);
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("plaintext" in value) {
      for (const [secret] of String(value.plaintext).matchAll(/[A-Za-z0-9]{32}/g)) found.add(secret);
    }
    for (const item of Object.values(value)) collect(item);
  };
  collect(JSON.parse(text.slice(text.indexOf("{"))));
  found.add(stack.workspace.read(".pulumi-state/passphrase").trim());
  return [...found];
}

function secretsIn(text: string): string[] {
  return secrets.filter((secret) => text.includes(secret));
}

const event = (id: string, more: object = {}) =>
  JSON.stringify({
    transactionId: id,
    userId: "me",
    transactionType: "purchase",
    amount: 19.99,
    currency: "CHF",
    transactionDate: "2026-01-31T12:00:00Z",
    category: "books",
    merchant: "Corner shop",
    location: "Bern",
    ...more,
  });

describe("commerce logs", () => {
  it("has lines of every service by time, and none of a secret that a container prints", async () => {
    expect(secrets.length).toBeGreaterThan(4);
    const [password = ""] = secrets;
    await docker("exec", container("producer"), "sh", "-c", `echo "leaked ${password} here" > /proc/1/fd/1`);
    const { stdout } = await ok("logs", ["--tail", "all"]);
    const services = new Set(stdout.split("\n").map((line) => line.split(" ")[0]));
    for (const service of ["kafka", "postgres", "jobmanager", "taskmanager", "producer"]) {
      expect(services).toContain(service);
    }
    expect(stdout).toContain("leaked [secret] here");
    expect(secretsIn(stdout)).toEqual([]);
    const json = await ok("logs", ["kafka", "producer", "--since", "5m", "--json"]);
    const times = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).time);
    expect(times).toEqual([...times].sort());
  });

  it("follows a service through a restart", async () => {
    const run = await stack.workspace.commerce("logs", ["producer", "--follow", "--tail", "0"], {
      killWhen: async (text) => {
        await eventually("a line", async () => text().includes('"progress"') || undefined);
        await docker("restart", container("producer"));
        await eventually("the line of the start", async () => text().includes('"started"') || undefined);
      },
    });
    expect(run.stdout).toContain('"stopped"');
  });

  it("refuses a service that the stack does not have", async () => {
    const run = await stack.workspace.commerce("logs", ["kafak"]);
    expect([run.code, run.text]).toEqual([2, expect.stringContaining("did you mean kafka?")]);
  });
});

describe("commerce sql", () => {
  it("reads as a table, as CSV and as JSON", async () => {
    expect((await ok("sql", ["SELECT 1 AS one, 'x' AS text"])).stdout).toBe(
      "one  text\n---  ----\n  1  x\n(1 row)\n",
    );
    expect((await ok("sql", ["--csv", "SELECT 1.50 AS n, NULL AS z"])).stdout).toBe("n,z\n1.50,\n");
    const { stdout } = await ok("sql", ["--json", "SELECT count(*) AS n FROM transactions"]);
    expect(JSON.parse(stdout)[0].n).toBeGreaterThan(0);
  });

  it.each([
    ["DELETE FROM transactions", "permission denied for table transactions"],
    ["CREATE TABLE mine (x int)", "permission denied for schema public"],
    ["SELECT * FROM commerce_sink.journal", "permission denied for schema commerce_sink"],
    ["COPY transactions TO '/tmp/x'", "to COPY to a file"],
    ["SET ROLE postgres", 'permission denied to set role "postgres"'],
    ["SELECT 1; DELETE FROM transactions", "one statement at a time"],
    ["SELECT nothing", "^"],
  ])("refuses %s and says why", async (statement, message) => {
    const run = await stack.workspace.commerce("sql", [statement]);
    expect([run.code, run.text]).toEqual([1, expect.stringContaining(message)]);
  });
});

/** Types the input in a terminal. @returns what the terminal shows */
function inTerminal(verb: string, input: string): string {
  const words = [process.execPath, "cli/commerce.mjs", verb, "--stack", STACK];
  const options = ["--quiet", "--return", "--command", words.join(" "), "/dev/null"];
  return execFileSync("script", options, {
    cwd: stack.workspace.dir,
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
}

describe("commerce sql in a terminal", () => {
  it("is a session of psql, as the role that only reads", () => {
    // The terminal has no height, so psql would show each result page by page.
    const input = [
      "\\pset pager off",
      "SELECT current_user, 6 * 7 AS answer;",
      "DELETE FROM transactions;",
      "\\q",
    ];
    const shown = inTerminal("sql", `${input.join("\n")}\n`);
    expect(shown).toMatch(/commerce_reader \|\s+42/);
    expect(shown).toContain("permission denied for table transactions");
  });
});

describe("commerce events and trace", () => {
  it("sends a file's lines unchanged, and shows the whole way of each", async () => {
    const file = join(stack.workspace.dir, "events.jsonl");
    writeFileSync(
      file,
      `${event("tour-1")}\n${event("tour-1")}\n\n${event("tour-1", { transactionType: "gift" })}\n`,
    );
    const sent = await ok("events", ["send", file, "--json"]);
    expect(JSON.parse(sent.stdout)).toMatchObject({ events: 3 });
    const outcomes = await eventually("all three to be written", async () => {
      const { stdout } = await ok("trace", ["tour-1", "--json"]);
      const { deliveries } = JSON.parse(stdout);
      const found = deliveries.map(({ outcome }: { outcome: string }) => outcome);
      return found.includes("unread") || found.includes("missing") ? undefined : found;
    });
    expect(outcomes).toEqual(["transaction", "duplicate", "dead letter"]);
    const { stdout } = await ok("trace", ["tour-1"]);
    expect(stdout).toContain("tour-1: transaction, delivered 3 times");
    expect(stdout).toContain("dead letter: unknown transactionType");
    expect(stdout).toMatch(/sales_per_category: category=books, currency=CHF, total_sales=19\.99/);
    expect(secretsIn(stdout)).toEqual([]);
  });

  it("finds an event of the producer, and says when there is none", async () => {
    const { stdout } = await ok("sql", [
      "--csv",
      "SELECT transactionId FROM transactions WHERE currency <> 'CHF' LIMIT 1",
    ]);
    const [, id = ""] = stdout.split("\n");
    expect((await ok("trace", [id])).stdout).toContain(`${id}: transaction, delivered once`);
    const none = await stack.workspace.commerce("trace", ["nothing"]);
    expect([none.code, none.text]).toEqual([1, expect.stringContaining("no event has the id nothing")]);
  });

  it("follows the topic from a place on", async () => {
    const run = await stack.workspace.commerce("events", ["tail", "--from", "beginning"], {
      killWhen: (text) => eventually("the sent events", async () => text().includes('"gift"') || undefined),
    });
    expect(run.stdout).toMatch(/^[01]:\d+ \d{4}-\d\d-\d\dT[\d:.]+Z \{"transactionId":"tour-1"/m);
  });

  it("refuses a file that is missing, empty or a folder, and sends nothing", async () => {
    const empty = join(stack.workspace.dir, "empty.jsonl");
    writeFileSync(empty, "");
    for (const [file, message] of [
      ["missing.jsonl", "there is no file missing.jsonl"],
      [empty, "is empty: nothing was sent"],
      [stack.workspace.dir, "is a folder"],
    ]) {
      const run = await stack.workspace.commerce("events", ["send", file as string]);
      expect([run.code, run.text]).toEqual([1, expect.stringContaining(message as string)]);
    }
  });
});

describe("commerce bundle", () => {
  it("has status, causes, logs and inspected containers, and none of the stack's secrets", async () => {
    const folder = testFolder();
    const file = join(folder, "report.tar.gz");
    const run = await ok("bundle", [file]);
    expect(secretsIn(run.text)).toEqual([]);
    execFileSync("tar", ["-xzf", file, "-C", folder]);
    const root = join(folder, "report");
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const names = files.map(({ name }) => name);
    for (const name of [
      "status.json",
      "doctor.json",
      "versions.json",
      "inspect.json",
      "kafka.log",
      "producer.log",
    ]) {
      expect(names).toContain(name);
    }
    for (const { name, parentPath } of files) {
      const text = readFileSync(join(parentPath, name), "utf8");
      expect(secretsIn(text), name).toEqual([]);
      expect(text, name).not.toMatch(/"Env": \[\s*"[^"=]*=(?!\[masked\])/);
    }
    expect(JSON.parse(readFileSync(join(root, "status.json"), "utf8")).health).toBe("healthy");
    expect(readFileSync(join(root, "logs/producer.log"), "utf8")).toContain("leaked [secret] here");
    rmSync(folder, { recursive: true });
  });
});
