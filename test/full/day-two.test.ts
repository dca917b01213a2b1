/**
 * Day-two operations under a steady load: the job is changed, rescaled, rolled back, paused, replayed, destroyed and
 * restored while events keep arriving. After each step, every table equals what an oracle computes from the topic, to
 * the cent.
 */

import axios from "axios";
import { describe, expect, it } from "vitest";
import { STATE_DIRECTORY, stackPrefix } from "../../facts/pipeline.ts";
import { docker, stackResources } from "../live/support/docker.ts";
import { watchGap } from "../live/support/gap.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import type { CommandResult } from "../live/support/workspace.ts";
import { Postgres } from "../oracle/postgres.ts";
import { settle } from "../oracle/settle.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG = {
  eventsPerSecond: "10",
  partitions: 4,
  checkpointInterval: 5,
  healthSeconds: 5,
  taskManagerMemory: 1536,
  onDestroy: "retain",
  ...stackPorts(),
};
const UPGRADES = Number(process.env.UPGRADES ?? 10);
/** How many seconds readers may see no new numbers while the statements change. */
const LONGEST_GAP = 20;
const STATEMENTS = "sql/flink/30-statement-set.sql";

interface Outputs {
  flinkUrl: string;
  jobId: string;
  kafkaBootstrapServers: string;
  readerUrl: string;
  sqlGatewayUrl: string;
  topic: string;
  version: number;
  versions: { version: number; outcome: string; reason?: string; savepoint?: string }[];
}

const STACK = "live-day-two";
const JOB = stackPrefix(STACK);
const stack = useStack(STACK, CONFIG);
let outputs: Outputs;

async function commerce(verb: string, ...args: string[]): Promise<CommandResult> {
  const run = await stack.workspace.commerce(verb, args);
  expect(run.code, run.text).toBe(0);
  if (verb !== "destroy") outputs = (await stack.workspace.outputs()) as unknown as Outputs;
  return run;
}

async function refused(verb: string, ...args: string[]): Promise<string> {
  const run = await stack.workspace.commerce(verb, args);
  expect(run.code, run.text).not.toBe(0);
  return run.text;
}

const edit = (change: (sql: string) => string) => stack.workspace.edit(STATEMENTS, change);

/** Statements that also send a value of each delivery to a table that keeps nothing. */
const withSink = (sql: string, table: string, value: string) =>
  sql.replace(
    "EXECUTE STATEMENT SET\nBEGIN\n",
    `CREATE TABLE ${table} (merchant STRING) WITH ('connector' = 'blackhole');\n\n$&\n` +
      `INSERT INTO ${table}\nSELECT ${value} FROM deliveries;\n`,
  );

/** Applies an edit for the duration of an attempt. */
async function withEdit(change: (sql: string) => string, attempt: () => Promise<void>): Promise<void> {
  const before = stack.workspace.read(STATEMENTS);
  edit(change);
  try {
    await attempt();
  } finally {
    edit(() => before);
  }
}

async function liveJobs(): Promise<string[]> {
  const { data } = await axios.get(`${outputs.flinkUrl}/jobs/overview`);
  const jobs: { jid: string; state: string }[] = data.jobs;
  return jobs.filter(({ state }) => !/FINISHED|CANCELED|FAILED/.test(state)).map(({ jid }) => jid);
}

/** Starts the statements directly in Flink: without their state, and without the project knowing. */
async function startByHand(version: number): Promise<void> {
  const gateway = `${outputs.sqlGatewayUrl}/v3/sessions`;
  const properties = { "pipeline.name": JOB };
  const session = (await axios.post(gateway, { properties })).data.sessionHandle;
  const plan = `${STATE_DIRECTORY}/versions/${JOB}/${version}/plan.json`;
  await axios.post(`${gateway}/${session}/statements`, { statement: `EXECUTE PLAN '${plan}'` });
  await eventually("the job to write", async () => {
    const { data } = await axios.get(`${outputs.flinkUrl}/jobs/overview`);
    return data.jobs.some(({ state, duration }: { state: string; duration: number }) => {
      return state === "RUNNING" && duration > 8_000;
    })
      ? true
      : undefined;
  });
}

const query = (sql: string) => Postgres.with(outputs.readerUrl, (postgres) => postgres.query(sql));

/** It keeps what it has read: some hundred thousand events in the end. */
let topic: Topic | undefined;

/** Stops the producer, compares every table, and starts the producer again. */
async function expectExact(): Promise<void> {
  await stack.stopProducer();
  topic ??= new Topic(outputs.kafkaBootstrapServers, outputs.topic);
  const read = topic;
  const { differences } = await Postgres.with(outputs.readerUrl, (postgres) => settle(read, postgres));
  expect(differences).toEqual([]);
  await docker("start", stack.container("producer"));
}

/** @returns how many seconds readers saw no new numbers */
async function gapOf(what: string, work: () => Promise<unknown>): Promise<number> {
  const seconds = await watchGap(outputs.readerUrl, work);
  console.log(`${what}: nothing new for ${seconds.toFixed(1)} s`);
  return seconds;
}

describe("a pipeline at 10 events a second", () => {
  it("starts with version 1", async () => {
    await commerce("up", "--yes");
    expect(outputs).toMatchObject({ version: 1, versions: [{ version: 1, outcome: "running" }] });
  });

  it.each(Array.from({ length: UPGRADES }, (_, at) => at + 1))(
    "keeps its state through upgrade %i",
    async (upgrade) => {
      // Other statements that write the same rows: those of `transactions` are also sent to nowhere, under a new name.
      if (upgrade === 1) {
        edit((sql) => withSink(sql, "nowhere_v1", "merchant"));
        expect((await commerce("preview")).text).toContain("All state that is still needed is kept");
      } else edit((sql) => sql.replaceAll(`nowhere_v${upgrade - 1}`, `nowhere_v${upgrade}`));
      const before = outputs.jobId;
      const gap = await gapOf(`upgrade ${upgrade}`, () => commerce("up", "--yes", "--no-proof"));
      expect(gap).toBeLessThan(LONGEST_GAP);
      expect(await liveJobs()).toEqual([outputs.jobId]);
      expect(outputs.jobId).not.toBe(before);
    },
  );

  it("has lost nothing in them, and has nothing left to change", async () => {
    expect(outputs.version).toBe(1 + UPGRADES);
    await expectExact();
    expect((await commerce("up", "--yes", "--no-proof")).text).toMatch(/no changes/i);
  });

  it("refuses a change that its state does not fit, even in the preview, and says how to proceed", async () => {
    const { jobId } = outputs;
    await withEdit(
      (sql) => sql.replace("THEN -amount", "THEN amount"),
      async () => {
        for (const text of [await refused("preview"), await refused("up", "--yes")]) {
          expect(text).toMatch(/sales_per_day.*: to be rebuilt/);
          expect(text).toContain('upgradePolicy to "replay"');
        }
      },
    );
    await withEdit(
      (sql) => sql.replace("THEN -amount", "THEN -amont"),
      async () => expect(await refused("preview")).toMatch(/30-statement-set\.sql:\d+: .*amont/),
    );
    expect(await liveJobs()).toEqual([jobId]);
  });

  it("rolls back to the previous version when a new one fails at run time", async () => {
    const { version } = outputs;
    await withEdit(
      (sql) => withSink(sql, "nowhere_fails", "CAST(CAST(merchant AS INT) AS STRING)"),
      async () => {
        const gap = await gapOf("rollback", async () => {
          const text = await refused("up", "--yes");
          expect(text).toMatch(/NumberFormatException|For input string|[Cc]annot parse/);
          expect(text).toContain("The previous version runs again");
        });
        expect(gap).toBeLessThan(2 * LONGEST_GAP);
      },
    );
    await commerce("up", "--yes");
    expect(outputs.version).toBe(version);
    expect(await liveJobs()).toEqual([outputs.jobId]);
    await expectExact();
  });

  it("rescales, takes a savepoint, pauses and resumes", async () => {
    await gapOf("rescale", () => commerce("scale", "2", "--yes", "--no-proof"));
    const { data } = await axios.get(`${outputs.flinkUrl}/jobs/${outputs.jobId}`);
    const parallelism = data.vertices.map((vertex: { parallelism: number }) => vertex.parallelism);
    expect(Math.max(...parallelism)).toBe(2);

    await commerce("savepoint", "--yes");
    expect(outputs.versions.at(-1)?.savepoint).toMatch(/savepoints\/savepoint-/);

    await commerce("pause", "--yes");
    expect(await liveJobs()).toEqual([]);
    const [before] = await query("SELECT COUNT(*) FROM transactions");
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    expect(await query("SELECT COUNT(*) FROM transactions")).toEqual([before]);
    expect((await commerce("up", "--yes")).text).toMatch(/no changes/i);
    await commerce("resume", "--yes");
    await expectExact();
  });

  it("repairs a job that was cancelled by hand, or started while paused", async () => {
    await axios.patch(`${outputs.flinkUrl}/jobs/${outputs.jobId}?mode=cancel`);
    await eventually("the job to be cancelled", async () =>
      (await liveJobs()).length === 0 ? true : undefined,
    );
    await commerce("up", "--yes");
    expect(await liveJobs()).toEqual([outputs.jobId]);

    await commerce("pause", "--yes");
    await startByHand(outputs.version);
    await commerce("up", "--yes");
    expect(await liveJobs()).toEqual([]);
    const { version } = outputs;
    await commerce("resume", "--yes");
    // That job counted from zero into the same rows, so they are recomputed.
    expect(outputs.version).toBe(version + 1);
    await expectExact();
  });

  it("adds a table without losing the state of the others, and fills it with a replay", async () => {
    stack.workspace.edit("sql/postgres/10-tables.sql", (sql) => {
      const category = /CREATE TABLE IF NOT EXISTS sales_per_category[\s\S]*?;/.exec(sql)?.[0] ?? "";
      return `${sql}\n${category.replace(/category/g, "merchant")}\n`;
    });
    stack.workspace.edit("sql/flink/20-sinks.sql", (sql) => {
      const category = /CREATE TABLE sales_per_category[\s\S]*?;/.exec(sql)?.[0] ?? "";
      return `${sql}\n${category.replace(/category/g, "merchant")}\n`;
    });
    edit((sql) =>
      sql
        .replace(/transactionId, category, currency, transactionDate,/, "merchant, $&")
        .replace(
          "INSERT INTO sales_per_minute",
          "INSERT INTO sales_per_merchant\nSELECT /*+ STATE_TTL('sales' = '0 s') */ merchant, currency, SUM(amount)\n" +
            "FROM sales GROUP BY merchant, currency;\n\n$&",
        ),
    );
    expect((await commerce("preview")).text).toMatch(/sales_per_merchant: new/);
    await commerce("up", "--yes");
    await expectExact();

    const halfBuilt: number[] = [];
    const [{ sum: before } = { sum: "0" }] = await query("SELECT SUM(total_sales) FROM sales_per_day");
    let replaying = true;
    const watching = (async () => {
      while (replaying) {
        const [row] = await query("SELECT SUM(total_sales) FROM sales_per_day");
        if (Number(row?.sum) < Number(before) * 0.99) halfBuilt.push(Number(row?.sum));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    try {
      await commerce("replay", "--yes");
    } finally {
      replaying = false;
      await watching;
    }
    expect(halfBuilt).toEqual([]);
    await expectExact();
    await stack.stopProducer();
    await eventually("the new table to hold all sales", async () => {
      const [row] = await query(
        "SELECT FROM (SELECT SUM(total_sales) AS sum FROM sales_per_merchant) AS merchants " +
          "JOIN (SELECT SUM(total_sales) AS sum FROM sales_per_day) AS days USING (sum)",
      );
      return row && true;
    });
    expect(await query("SELECT FROM pg_namespace WHERE nspname = 'commerce_replay'")).toEqual([]);
  });

  it("returns to a savepoint from before a given time and reaches the same numbers", async () => {
    await docker("start", stack.container("producer"));
    await commerce("savepoint", "--yes");
    const time = new Date().toISOString();
    const { text } = await commerce("replay", "--from", time, "--yes");
    expect(text).toContain("going back to the savepoint of");
    await expectExact();
  });

  it("resumes after a destroy that retains its data, exact to the cent", async () => {
    const { text } = await commerce("destroy", "--yes");
    expect(text).toMatch(/Kept, for the next/);
    const left = await stackResources(STACK);
    expect(left.containers).toEqual([]);
    expect(left.volumes.length).toBeGreaterThan(0);
    const { version } = outputs;
    const [lastVersion] = outputs.versions.slice(-1);
    await commerce("up", "--yes");
    expect(outputs.version).toBe(version);
    expect(outputs.versions.map(({ version }) => version)).toContain(lastVersion?.version);
    await expectExact();
  });

  it("leaves nothing after a destroy with --purge", async () => {
    const { text } = await commerce("destroy", "--yes", "--purge");
    expect(text).toContain("Lost for good");
    expect(await stackResources(STACK)).toEqual({ containers: [], volumes: [], networks: [] });
  });
});
