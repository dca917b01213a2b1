/**
 * One stack's life, on real containers: up, no change, a changed statement, a mistake, destroy.
 * What the pipeline did is looked at through clients of the test's own, and compared with an oracle that
 * knows nothing but the topic.
 */
import { isDeepStrictEqual } from "node:util";
import axios from "axios";
import { describe, expect, it } from "vitest";
import { belongings, docker, logs, residentMiB } from "./support/docker.ts";
import { computeTables, consumeAll, type Tables } from "./support/oracle.ts";
import { PgAdminClient } from "./support/pgadmin.ts";
import { useStack } from "./support/stack.ts";
import { counts, readTables, withPostgres } from "./support/tables.ts";
import { eventually } from "./support/wait.ts";

const STACK = "live";
const CONFIG = {
  eventsPerSecond: "100",
  partitions: 2,
  checkpointInterval: 2,
  kafkaPort: 29092,
  flinkPort: 28081,
  sqlGatewayPort: 28083,
  postgresPort: 25432,
  pgadminPort: 25050,
};
const stack = useStack(STACK, CONFIG);
const { container, stopProducer } = stack;
let outputs: Record<string, string>;

/** The proof's own events are taken out of the tables again; without them the topic is what the producer sent. */
const real = (events: Awaited<ReturnType<typeof consumeAll>>) =>
  events.filter((event) => event.currency !== "XTS");

async function runningJobs(): Promise<{ id: string; name: string }[]> {
  const { data } = await axios.get(`${outputs.flinkUrl}/jobs/overview`);
  return data.jobs
    .filter((job: { state: string }) => job.state === "RUNNING")
    .map((job: { jid: string; name: string }) => ({ id: job.jid, name: job.name }));
}

/** The changed statement writes merchants in capitals; all else must stay comparable. */
const withoutMerchant = (tables: Tables) => ({
  ...tables,
  transactions: new Map([...tables.transactions].map(([id, event]) => [id, { ...event, merchant: "" }])),
});

/** What the tables must hold, and what they hold once they do, or after a minute of waiting for it. */
async function settled(
  view: (tables: Tables) => unknown = (tables) => tables,
): Promise<{ expected: Tables; actual: Tables }> {
  const { kafkaBootstrapServers = "", topic = "", readerUrl = "" } = outputs;
  const expected = computeTables(real(await consumeAll(kafkaBootstrapServers, topic)));
  return withPostgres(readerUrl, async (query) => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const actual = await readTables(query);
      const same = isDeepStrictEqual(view(actual), view(expected));
      if (same || Date.now() > deadline) return { expected, actual };
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  });
}

describe("a stack's life", () => {
  it("comes up with one command, and the proof follows an event into every table", async () => {
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    outputs = await stack.workspace.outputs();
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining([
        "kafkaBootstrapServers",
        "topic",
        "flinkUrl",
        "sqlGatewayUrl",
        "pgadminUrl",
        "jobId",
        "postgresUrl",
        "readerUrl",
      ]),
    );
    expect(await runningJobs()).toEqual([expect.objectContaining({ id: outputs.jobId })]);
  });

  it("is healthy, within its memory, on loopback, and takes the proof's rows out again", async () => {
    const { containers } = await belongings(STACK);
    expect(containers).toHaveLength(7);
    const health = await docker("inspect", "--format", "{{.State.Health.Status}}", ...containers);
    expect(new Set(health.split("\n"))).toEqual(new Set(["healthy"]));
    expect(await residentMiB(STACK)).toBeLessThan(4096);
    const bindings = await docker("inspect", "--format", "{{json .HostConfig.PortBindings}}", ...containers);
    expect(bindings.match(/"HostIp":"[^"]*"/g)?.every((ip) => ip === '"HostIp":"127.0.0.1"')).toBe(true);
    const leftover = await withPostgres(outputs.readerUrl as string, (query) =>
      query(
        "SELECT 1 FROM transactions WHERE currency = 'XTS' UNION ALL SELECT 1 FROM sales_per_day WHERE currency = 'XTS'",
      ),
    );
    expect(leftover).toEqual([]);
  });

  it("shows no password where Docker, Flink or the gateway would", async () => {
    const passwords = ["postgresUrl", "readerUrl"].map((key) => new URL(outputs[key] as string).password);
    const { containers } = await belongings(STACK);
    const config = await axios.get(`${outputs.flinkUrl}/jobs/${outputs.jobId}/config`, {
      responseType: "text",
    });
    const plan = await axios.get(`${outputs.flinkUrl}/jobs/${outputs.jobId}`, { responseType: "text" });
    const seen = [
      await docker("inspect", ...containers),
      config.data,
      plan.data,
      ...(await Promise.all(containers.map(logs))),
    ];
    for (const text of seen) {
      for (const password of passwords) expect(String(text).includes(password)).toBe(false);
    }
  });

  it("opens Postgres in pgAdmin without asking for a password", async () => {
    const { pgadminUrl = "", pgadminEmail = "", pgadminPassword = "" } = outputs;
    const pgadmin = await PgAdminClient.login(pgadminUrl, pgadminEmail, pgadminPassword);
    const [server, ...others] = await pgadmin.servers();
    expect(server).toMatchObject({ label: "Commerce pipeline", username: "commerce_reader" });
    expect(others).toEqual([]);
    expect(await pgadmin.connect(server?._id ?? "")).toMatchObject({ success: 1 });
  });

  it("lets the reader read, and nothing more", async () => {
    await withPostgres(outputs.readerUrl as string, async (query) => {
      await expect(query("DELETE FROM transactions")).rejects.toThrow("permission denied");
      await expect(query("CREATE TABLE mine (id int)")).rejects.toThrow("permission denied");
    });
  });

  it("holds in every table what an independent consumer of the topic computes, to the cent", async () => {
    await withPostgres(outputs.readerUrl as string, (query) =>
      eventually(
        "500 transactions",
        async () => ((await counts(query)).transactions ?? 0) >= 500 || undefined,
      ),
    );
    const producer = await stopProducer();
    const { expected, actual } = await settled();
    expect(producer.acknowledged).toBe(producer.sent);
    expect(expected.transactions.size).toBe(producer.acknowledged);
    expect(actual).toEqual(expected);
  });

  it("changes nothing on a second up, but for starting what was stopped", async () => {
    const { containers } = await belongings(STACK);
    const ids = await docker(
      "inspect",
      "--format",
      "{{.Id}}",
      ...containers.filter((name) => !name.endsWith("producer")),
    );
    const repaired = await stack.workspace.commerce("up", ["--yes"]);
    expect(repaired.code, repaired.text).toBe(0);
    const unchanged = await stack.workspace.commerce("up", ["--yes"]);
    expect(unchanged.code, unchanged.text).toBe(0);
    expect(unchanged.text).toMatch(/no changes/i);
    expect(
      await docker(
        "inspect",
        "--format",
        "{{.Id}}",
        ...containers.filter((name) => !name.endsWith("producer")),
      ),
    ).toBe(ids);
    expect(await runningJobs()).toEqual([expect.objectContaining({ id: outputs.jobId })]);
  });

  it("brings back what was stopped or removed, and the job that went with its JobManager", async () => {
    await docker("stop", "--time", "20", container("producer"));
    await docker("rm", "--force", container("postgres"));
    await docker("restart", container("jobmanager"));
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    outputs = await stack.workspace.outputs();
    expect(await runningJobs()).toEqual([expect.objectContaining({ id: outputs.jobId })]);
    await stopProducer();
    const { expected, actual } = await settled();
    expect(actual).toEqual(expected);
    await docker("start", container("producer"));
  });

  it("refuses a mistake in the SQL with file and line, and leaves the job alone", async () => {
    const statements = "sql/flink/30-statement-set.sql";
    const before = stack.workspace.read(statements);
    stack.workspace.edit(statements, (sql) => sql.replace("amount", "amont"));
    const line = before.slice(0, before.indexOf("amount")).split("\n").length;
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code).not.toBe(0);
    expect(run.text).toMatch(new RegExp(`30-statement-set\\.sql:${line}\\b.*amont`));
    stack.workspace.edit(statements, () => before);
    expect(await runningJobs()).toEqual([expect.objectContaining({ id: outputs.jobId })]);
  });

  it("carries the job's state over a changed statement", async () => {
    stack.workspace.edit("sql/flink/30-statement-set.sql", (sql) =>
      sql.replace(/\bmerchant\b/, "UPPER(merchant)"),
    );
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    const before = outputs.jobId;
    outputs = await stack.workspace.outputs();
    expect(outputs.jobId).not.toBe(before);
    expect(await runningJobs()).toEqual([expect.objectContaining({ id: outputs.jobId })]);

    await withPostgres(outputs.readerUrl as string, (query) =>
      eventually("a row of the changed statement", async () => {
        const [row] = await query("SELECT count(*) FROM transactions WHERE merchant = UPPER(merchant)");
        return Number(row?.count) > 50 || undefined;
      }),
    );
    await stopProducer();
    const { expected, actual } = await settled(withoutMerchant);
    expect(withoutMerchant(actual)).toEqual(withoutMerchant(expected));
  });

  it("is gone after destroy: no container, no volume, no network", async () => {
    const run = await stack.workspace.commerce("destroy", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    expect(await belongings(STACK)).toEqual({ containers: [], volumes: [], networks: [] });
  });
});
