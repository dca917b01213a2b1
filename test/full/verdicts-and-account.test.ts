/**
 * On a running stack: what a change of the SQL means for rows that are there, and an account that finds every row that is
 * missing or too many. The rows are changed and compared by clients of the test's own.
 */
import kafkajs from "kafkajs";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { docker } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import type { CommandResult } from "../live/support/workspace.ts";
import { Postgres } from "../oracle/postgres.ts";
import { settle } from "../oracle/settle.ts";
import type { Row, Tables } from "../oracle/tables.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG = {
  eventsPerSecond: "20",
  partitions: 2,
  checkpointInterval: 2,
  healthSeconds: 3,
  ...stackPorts(),
};
const STATEMENTS = "sql/flink/30-statement-set.sql";
const SINKS = "sql/flink/20-sinks.sql";
const TABLES = "sql/postgres/10-tables.sql";
const INSERT_READ = /\nINSERT INTO events_read\b[^;]*;\n/;
// Not a table that the proof follows.
const INSERT_MINUTE = /\nINSERT INTO sales_per_minute\b[^;]*;\n/;

const stack = useStack("live-verdicts", CONFIG);
let outputs: Record<string, string>;

async function commerce(verb: string, ...args: string[]): Promise<CommandResult> {
  const run = await stack.workspace.commerce(verb, args);
  expect(run.code, run.text).toBe(0);
  if (verb === "up" || verb === "resume") outputs = await stack.workspace.outputs();
  return run;
}

async function refused(verb: string, ...args: string[]): Promise<string> {
  const run = await stack.workspace.commerce(verb, args);
  expect(run.code, run.text).toBe(1);
  return run.text.replace(/\s+/g, " ");
}

const query = (sql: string) =>
  Postgres.with(outputs.postgresUrl as string, (postgres) => postgres.query(sql));

interface Status {
  health: string;
  troubles: string[];
  account: { closes: boolean; missing: number; lost: number; unread: number; isExact: boolean };
  rows: { value: Record<string, number> };
}

async function status(): Promise<Status & { code: number }> {
  const { code, stdout } = await stack.workspace.commerce("status", ["--json"]);
  return { code, ...JSON.parse(stdout) };
}

async function expectHealthy(): Promise<Status> {
  const found = await status();
  expect(found.troubles).toEqual([]);
  expect(found).toMatchObject({ code: 0, health: "healthy", account: { closes: true, missing: 0 } });
  return found;
}

async function expectTrouble(trouble: string): Promise<Status> {
  const found = await status();
  expect(found).toMatchObject({ code: 1, health: "unhealthy" });
  expect(found.troubles.join("\n")).toContain(trouble);
  return found;
}

/** Applies an edit for the duration of an attempt. */
async function withEdit(change: (sql: string) => string, attempt: () => Promise<void>): Promise<void> {
  const before = stack.workspace.read(STATEMENTS);
  stack.workspace.edit(STATEMENTS, change);
  try {
    await attempt();
  } finally {
    stack.workspace.edit(STATEMENTS, () => before);
  }
}

/** Stops the producer, compares every table, and starts the producer again. */
async function expectExact(view?: (tables: Tables) => Tables): Promise<void> {
  await stack.stopProducer();
  const topic = new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string);
  const { differences } = await Postgres.with(outputs.readerUrl as string, (postgres) =>
    settle(topic, postgres, view),
  );
  expect(differences).toEqual([]);
  const producer = stack.container("producer");
  await docker("start", producer);
  await eventually("the producer to be healthy", async () => {
    const health = await docker("inspect", "--format", "{{.State.Health.Status}}", producer);
    return health.trim() === "healthy" || undefined;
  });
}

/** Holds a lock while `work` runs. */
async function withLock(lock: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: outputs.postgresUrl });
  await client.connect();
  try {
    await client.query(`BEGIN; LOCK TABLE ${lock}`);
    await work();
  } finally {
    await client.end();
  }
}

/** Of an earlier proof, the purchase may have expired and the refund not. */
const withoutProof = (tables: Tables): Tables => {
  const kept = Object.entries(tables).map(([name, rows]) => [
    name,
    rows.filter(({ currency }) => currency !== "XTS"),
  ]);
  return Object.fromEntries(kept) as Tables;
};

const copyOf = (row: Row) =>
  `INSERT INTO transactions VALUES (${Object.values(row)
    .map((value) => `'${String(value).replaceAll("'", "''")}'`)
    .join(", ")})`;

describe("a stack that is older than its count of events", () => {
  it("starts without the count", async () => {
    const sinks = stack.workspace.read(SINKS);
    const tables = stack.workspace.read(TABLES);
    const statements = stack.workspace.read(STATEMENTS);
    stack.workspace.edit(SINKS, (sql) => sql.replace(/CREATE TABLE events_read\b[^;]*;/, ""));
    stack.workspace.edit(TABLES, (sql) => sql.replace(/CREATE TABLE IF NOT EXISTS events_read\b[^;]*;/, ""));
    stack.workspace.edit(STATEMENTS, (sql) => sql.replace(INSERT_READ, ""));
    await commerce("up", "--yes");
    await eventually("some hundred events", async () => {
      const [row] = await query("SELECT count(*) FROM transactions");
      return Number(row?.count) > 300 || undefined;
    });
    stack.workspace.edit(SINKS, () => sinks);
    stack.workspace.edit(TABLES, () => tables);
    stack.workspace.edit(STATEMENTS, () => statements);
  });

  it("gets the count without losing any state, and the account closes", async () => {
    expect((await commerce("preview")).text).toContain("events_read: new");
    await commerce("up", "--yes");
    await expectHealthy();
    const [earlier] = await query("SELECT events FROM events_read WHERE kafka_partition = -1");
    expect(Number(earlier?.events)).toBeGreaterThan(300);
  });
});

describe("the verdict on a change", () => {
  it("refuses to put a sink back whose table has rows, and changes nothing", async () => {
    const statements = stack.workspace.read(STATEMENTS);
    stack.workspace.edit(STATEMENTS, (sql) => sql.replace(INSERT_MINUTE, ""));
    await commerce("up", "--yes");
    stack.workspace.edit(STATEMENTS, () => statements);
    const before = await query("SELECT * FROM sales_per_minute ORDER BY 1, 2, 3");
    expect(before.length).toBeGreaterThan(0);
    for (const text of [await refused("preview"), await refused("up", "--yes")]) {
      expect(text).toContain(
        "sales_per_minute: to be rebuilt; the running version does not write it, but it has rows",
      );
      expect(text).toContain('upgradePolicy to "replay"');
    }
    expect(await query("SELECT * FROM sales_per_minute ORDER BY 1, 2, 3")).toEqual(before);
  });

  it("rebuilds that table by a replay, and then every table is exact", async () => {
    stack.workspace.configure({ ...CONFIG, upgradePolicy: "replay" });
    await commerce("up", "--yes");
    stack.workspace.configure(CONFIG);
    await expectExact();
    expect(await query("SELECT FROM events_read WHERE kafka_partition = -1")).toEqual([]);
    await expectHealthy();
  });

  it.each([
    [
      "an expression behind the last sum",
      (sql: string) =>
        sql.replace(
          /(INSERT INTO sales_per_category[^;]*)SUM\(amount\)/,
          "$1CAST(SUM(amount) + 100 AS DECIMAL(38, 2))",
        ),
      "sales_per_category: to be rebuilt; total_sales: computed differently",
    ],
    [
      "a filter of a table without state",
      (sql: string) =>
        sql.replace(/(INSERT INTO transactions[^;]*WHERE occurrence = 1)/, "$1 AND currency <> 'GBP'"),
      "transactions: to be rebuilt; its rows are filtered differently",
    ],
  ])("refuses %s, table by table", async (_what, change, reason) => {
    const { jobId } = outputs;
    await withEdit(change, async () => {
      for (const text of [await refused("preview"), await refused("up", "--yes")]) {
        expect(text).toContain(reason);
        expect(text.match(/: to be rebuilt;/g)).toHaveLength(1);
      }
    });
    expect((await commerce("up", "--yes")).text).toMatch(/no changes/i);
    expect(outputs.jobId).toBe(jobId);
  });

  it("adds an empty table, which status counts", async () => {
    const copy = (sql: string) => {
      const category = /CREATE TABLE (?:IF NOT EXISTS )?sales_per_category\b[^;]*;/.exec(sql)?.[0] ?? "";
      return `${sql}\n${category.replace(/category/g, "merchant")}\n`;
    };
    stack.workspace.edit(TABLES, copy);
    stack.workspace.edit(SINKS, copy);
    stack.workspace.edit(STATEMENTS, (sql) =>
      sql.replace(
        /\nEND;/,
        "\nINSERT INTO sales_per_merchant\nSELECT /*+ STATE_TTL('deliveries' = '0 s') */ merchant, currency, SUM(amount)\n" +
          "FROM deliveries WHERE occurrence = 1 GROUP BY merchant, currency;\n\nEND;",
      ),
    );
    expect((await commerce("preview")).text).toContain("sales_per_merchant: new");
    await commerce("up", "--yes");
    const { rows } = await expectHealthy();
    expect(rows.value.sales_per_merchant).toBeGreaterThan(0);
  });
});

describe("the account, while events arrive", () => {
  it("finds rows that were deleted by hand, and closes when they are back", async () => {
    const deleted = await query(
      "DELETE FROM transactions WHERE transactionId IN (SELECT transactionId FROM transactions LIMIT 3) RETURNING *",
    );
    const { account } = await expectTrouble("3 events that the job has read are in no table");
    expect(account).toMatchObject({ closes: false, missing: 3 });
    for (const row of deleted) await query(copyOf(row));
    await expectHealthy();
  });

  it("finds rows that are too many", async () => {
    const [row] = await query("SELECT * FROM transactions LIMIT 1");
    await query(copyOf({ ...row, transactionid: "made up" }));
    await expectTrouble("the tables have 1 more row than the job has read events");
    await query("DELETE FROM transactions WHERE transactionId = 'made up'");
    await expectHealthy();
  });

  it("finds that the job reads nothing although events wait", async () => {
    await withLock("events_read IN SHARE MODE", async () => {
      await expectTrouble("the job has read nothing for");
    });
    await eventually("the job to go on", async () => ((await status()).code === 0 ? true : undefined));
  });

  it("counts what waits for a paused job", async () => {
    await commerce("pause", "--yes");
    const found = await eventually("waiting events", async () => {
      const now = await status();
      return now.account.unread > 100 ? now : undefined;
    });
    expect(found).toMatchObject({ code: 0, troubles: [], account: { closes: true, missing: 0 } });
    await commerce("resume", "--yes");
    await expectHealthy();
  });

  it("names events that expired before the job read them", async () => {
    await fetch(`${outputs.flinkUrl}/jobs/${outputs.jobId}?mode=cancel`, { method: "PATCH" });
    await eventually("the job to be cancelled", async () => {
      const { jobs } = (await (await fetch(`${outputs.flinkUrl}/jobs`)).json()) as {
        jobs: { id: string; status: string }[];
      };
      return jobs.find(({ id }) => id === outputs.jobId)?.status === "CANCELED" || undefined;
    });
    const [row] = await query("SELECT next_offset FROM events_read WHERE kafka_partition = 0");
    const next = Number(row?.next_offset);
    const kafka = new kafkajs.Kafka({
      brokers: [outputs.kafkaBootstrapServers as string],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    try {
      const topic = outputs.topic as string;
      await eventually("240 events of a partition that nobody reads", async () => {
        const end = (await admin.fetchTopicOffsets(topic)).find(({ partition }) => partition === 0)?.high;
        return Number(end) > next + 240 || undefined;
      });
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(next + 240) }] });
    } finally {
      await admin.disconnect();
    }
    // It has not written all that it has counted, so nothing is said of its rows.
    const down = await expectTrouble("events expired or were deleted in Kafka before the job read them");
    expect(down.account).toMatchObject({ isExact: false, missing: 0 });

    const text = await refused("up", "--yes");
    const [, number, consent] = /no longer has (\d+) events.* Set acceptLoss to "(\w+)"/.exec(text) ?? [];
    // It goes on from a checkpoint, which may have a few events more than it had counted, or those of two seconds less.
    expect(Number(number)).toBeGreaterThan(200);
    stack.workspace.configure({ ...CONFIG, acceptLoss: consent });
    await commerce("up", "--yes");
    const { account } = await expectHealthy();
    expect(account.lost).toBe(0);
    expect(outputs.reads).toMatchObject({ acceptedLoss: Number(number) });
  });

  it("closes after the tables were emptied and rebuilt from what the topic still has", async () => {
    stack.workspace.configure({ ...CONFIG, upgradePolicy: "stateless" });
    stack.workspace.edit(STATEMENTS, (sql) =>
      sql.replace("WHERE NOT in_time;", "WHERE NOT in_time AND amount IS NOT NULL;"),
    );
    expect((await commerce("up", "--yes")).text).toContain("the tables were emptied");
    stack.workspace.configure(CONFIG);
    await eventually("the account to close", async () => ((await status()).code === 0 ? true : undefined));
    await expectHealthy();
    await expectExact(withoutProof);
  });

  it("is not judged once the statement that counts is taken out", async () => {
    stack.workspace.edit(STATEMENTS, (sql) => sql.replace(INSERT_READ, ""));
    await commerce("up", "--yes");
    const found = await eventually("uncounted events", async () => {
      const now = await status();
      return now.account === undefined ? now : undefined;
    });
    expect(found).toMatchObject({ code: 0, health: "healthy", troubles: [] });
  });
});
