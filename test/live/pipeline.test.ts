/**
 * The lifecycle of one stack, on real containers: up, no change, a mistake, a changed statement, destroy.
 * The results are read with independent clients and compared with an oracle that knows only the topic.
 */

import axios from "axios";
import { describe, expect, it } from "vitest";
import { USERS } from "../../facts/pipeline.ts";
import { Postgres } from "../oracle/postgres.ts";
import { settle } from "../oracle/settle.ts";
import type { Tables } from "../oracle/tables.ts";
import { Topic } from "../oracle/topic.ts";
import { docker, logs, residentMiB, stackResources } from "./support/docker.ts";
import { PgAdminClient } from "./support/pgadmin.ts";
import { stackPorts } from "./support/ports.ts";
import { useStack } from "./support/stack.ts";
import { eventually } from "./support/wait.ts";
import { Workspace } from "./support/workspace.ts";

const STACK = "live-pipeline";
const CONFIG = {
  eventsPerSecond: "20",
  partitions: 2,
  checkpointInterval: 2,
  ...stackPorts(),
};
const stack = useStack(STACK, CONFIG);
const { container, stopProducer } = stack;
let outputs: Record<string, string>;

async function runningJobs(): Promise<{ id: string; name: string }[]> {
  const { data } = await axios.get(`${outputs.flinkUrl}/jobs/overview`);
  return data.jobs
    .filter((job: { state: string }) => job.state === "RUNNING")
    .map((job: { jid: string; name: string }) => ({ id: job.jid, name: job.name }));
}

/** The changed statement writes one more column. Everything else stays comparable. */
const withoutShop = (tables: Tables): Tables => ({
  ...tables,
  transactions: tables.transactions.map(({ shop: _, ...row }) => row),
});

const withPostgres = <T>(use: (postgres: Postgres) => Promise<T>): Promise<T> =>
  Postgres.with(outputs.readerUrl as string, use);

const settled = (view?: (tables: Tables) => Tables) =>
  withPostgres((postgres) =>
    settle(new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string), postgres, view),
  );

describe("a stack", () => {
  it("starts with one command, whose proof follows an event into every table", async () => {
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

  it("is healthy, within its memory limit, on loopback only, and free of the proof's rows", async () => {
    const { containers } = await stackResources(STACK);
    expect(containers).toHaveLength(7);
    const health = await docker("inspect", "--format", "{{.State.Health.Status}}", ...containers);
    expect(new Set(health.split("\n"))).toEqual(new Set(["healthy"]));
    expect(await residentMiB(STACK)).toBeLessThan(4096);
    const bindings = await docker("inspect", "--format", "{{json .HostConfig.PortBindings}}", ...containers);
    expect(bindings.match(/"HostIp":"[^"]*"/g)?.every((ip) => ip === '"HostIp":"127.0.0.1"')).toBe(true);
    const proofRows = await withPostgres((postgres) =>
      postgres.query(
        "SELECT 1 FROM transactions WHERE currency = 'XTS' UNION ALL SELECT 1 FROM sales_per_day WHERE currency = 'XTS'",
      ),
    );
    expect(proofRows).toEqual([]);
  });

  it("shows no password in Docker, Flink or any log", async () => {
    const passwords = ["postgresUrl", "readerUrl"].map((key) => new URL(outputs[key] as string).password);
    const { containers } = await stackResources(STACK);
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

  it("opens Postgres in pgAdmin without a password prompt", async () => {
    const { pgadminUrl = "", pgadminEmail = "", pgadminPassword = "" } = outputs;
    const pgadmin = await PgAdminClient.login(pgadminUrl, pgadminEmail, pgadminPassword);
    const [server, ...others] = await pgadmin.servers();
    expect(server).toMatchObject({ label: "Commerce pipeline", username: USERS.reader });
    expect(others).toEqual([]);
    expect(await pgadmin.connect(server?._id ?? "")).toMatchObject({ success: 1 });
  });

  it("lets the reader read, but not write", async () => {
    await withPostgres(async (postgres) => {
      await expect(postgres.query("DELETE FROM transactions")).rejects.toThrow("permission denied");
      await expect(postgres.query("CREATE TABLE mine (id int)")).rejects.toThrow("permission denied");
    });
  });

  it("fills every table with what an independent consumer of the topic computes, to the cent", async () => {
    await withPostgres((postgres) =>
      eventually("500 transactions", async () => {
        const [row] = await postgres.query("SELECT count(*) FROM transactions");
        return Number(row?.count) >= 500 || undefined;
      }),
    );
    const producer = await stopProducer();
    const { differences, actual } = await settled();
    expect(producer.acknowledged).toBe(producer.sent);
    expect(actual.transactions).toHaveLength(producer.acknowledged);
    expect(differences).toEqual([]);
  });

  it("is not changed by another up, which only starts what was stopped", async () => {
    const { containers } = await stackResources(STACK);
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

  it("can be managed with the Pulumi CLI, from another clone with the same state", async () => {
    const clone = new Workspace(STACK, CONFIG);
    try {
      clone.takeStateOf(stack.workspace);
      // Prepares what the CLI needs on machines that cannot download plugins and images.
      expect((await clone.commerce("preview")).code).toBe(0);
      for (const words of [
        ["preview", "--refresh"],
        ["refresh", "--yes"],
        ["up", "--refresh", "--yes"],
      ]) {
        const run = await clone.pulumi(words);
        expect(run.code, run.text).toBe(0);
        expect(run.text).toMatch(/Resources:\s+\d+ unchanged/);
      }
      stack.workspace.takeStateOf(clone);
      const unchanged = await stack.workspace.commerce("up", ["--yes"]);
      expect(unchanged.text).toContain("is up: no changes");
    } finally {
      clone.remove();
    }
  });

  it("recovers containers that were stopped or removed, and the job that was lost with its JobManager", async () => {
    await docker("stop", "--time", "20", container("producer"));
    await docker("rm", "--force", container("postgres"));
    await docker("restart", container("jobmanager"));
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    outputs = await stack.workspace.outputs();
    expect(await runningJobs()).toEqual([expect.objectContaining({ id: outputs.jobId })]);
    await stopProducer();
    expect((await settled()).differences).toEqual([]);
    await docker("start", container("producer"));
  });

  it("reports a mistake in the SQL with file and line, and keeps the job running", async () => {
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

  it("keeps the job's state when a statement changes", async () => {
    const edit = (file: string, from: RegExp, to: string) =>
      stack.workspace.edit(file, (sql) => sql.replace(from, to));
    edit("sql/postgres/10-tables.sql", /^ {2}location +text NOT NULL,$/m, "$&\n  shop text,");
    edit("sql/flink/20-sinks.sql", /^ {2}location +STRING NOT NULL,$/m, "$&\n  shop STRING,");
    edit("sql/flink/30-statement-set.sql", /merchant, location$/m, "merchant, location, UPPER(merchant)");
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    const before = outputs.jobId;
    outputs = await stack.workspace.outputs();
    expect(outputs.jobId).not.toBe(before);
    expect(await runningJobs()).toEqual([expect.objectContaining({ id: outputs.jobId })]);

    await withPostgres((postgres) =>
      eventually("a row of the changed statement", async () => {
        const [row] = await postgres.query("SELECT count(*) FROM transactions WHERE shop = UPPER(merchant)");
        return Number(row?.count) > 50 || undefined;
      }),
    );
    await stopProducer();
    expect((await settled(withoutShop)).differences).toEqual([]);
  });

  it("is gone after destroy: no container, volume or network is left", async () => {
    const run = await stack.workspace.commerce("destroy", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    expect(await stackResources(STACK)).toEqual({ containers: [], volumes: [], networks: [] });
  });
});
