/**
 * Each id comes in two partitions with different content, so which delivery counts depends on the order of reading. After
 * a crash the job reads in another order, and every table must still say the same as `transactions`.
 */
import axios from "axios";
import { beforeAll, describe, expect, it } from "vitest";
import { crash, docker } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import { event } from "../oracle/corpus/entry.ts";
import { Postgres } from "../oracle/postgres.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG = {
  partitions: 2,
  parallelism: 2,
  ...stackPorts(),
};
const IDS = 3_000;
const CATEGORIES = 300;

const stack = useStack("live-reading-order", CONFIG);
let outputs: Record<string, string>;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const query = (sql: string) => Postgres.with(outputs.readerUrl as string, (postgres) => postgres.query(sql));
const up = async () => {
  const run = await stack.workspace.commerce("up", ["--yes", "--no-proof"]);
  expect(run.code, run.text).toBe(0);
  outputs = await stack.workspace.outputs();
};

/** Sends each id once to either partition, with another category and amount there, in a random order. */
async function sendTwice(prefix: string): Promise<void> {
  const topic = new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string);
  const deliveries = Array.from({ length: 2 * IDS }, (_, at) => {
    const [id, partition] = [at % IDS, Math.floor(at / IDS)];
    const value = event({
      transactionId: `"${prefix}-${id}"`,
      category: `"${prefix} ${partition} ${id % CATEGORIES}"`,
      amount: partition === 0 ? "1.25" : "3.50",
      transactionDate: JSON.stringify(new Date(Date.now() - 86_400_000 * (id % 40)).toISOString()),
    });
    return { partition, value, place: Math.random() };
  });
  deliveries.sort((a, b) => a.place - b.place);
  const batches = Array.from({ length: 20 }, (_, at) => deliveries.slice(at * 300, (at + 1) * 300));
  for (const batch of batches) await topic.send(batch);
}

/** What SQL over `transactions` says each table should be, and the table. */
const SALES = `(SELECT *, CASE transactionType WHEN 'refund' THEN -amount ELSE amount END AS sale
  FROM transactions WHERE transactionType <> 'transfer') AS sales`;
const EXPECTED = {
  sales_per_category: `SELECT category, currency, SUM(sale) FROM ${SALES} GROUP BY 1, 2`,
  sales_per_day: `SELECT transactionDate::date, currency, SUM(sale) FROM ${SALES} GROUP BY 1, 2`,
  sales_per_month: `SELECT EXTRACT(YEAR FROM transactionDate)::int, EXTRACT(MONTH FROM transactionDate)::int, currency, SUM(sale)
    FROM ${SALES} GROUP BY 1, 2, 3`,
  sales_per_minute: `SELECT (DATE_TRUNC('minute', transactionDate) + INTERVAL '1 minute')::timestamp(3), currency, category, COUNT(*), SUM(sale)
    FROM ${SALES} WHERE currency <> 'XTS' AND transactionId NOT IN (SELECT transactionId FROM late_events) GROUP BY 1, 2, 3`,
};

async function differences(): Promise<unknown> {
  const found: Record<string, unknown> = {};
  for (const [table, expected] of Object.entries(EXPECTED)) {
    const rows = await query(
      `(TABLE ${table} EXCEPT (${expected})) UNION ALL ((${expected}) EXCEPT TABLE ${table})`,
    );
    if (rows.length > 0) found[table] = { count: rows.length, first: rows.slice(0, 4) };
  }
  const late = await query(`SELECT transactionId FROM late_events AS late WHERE NOT EXISTS (
    SELECT FROM transactions AS t WHERE t.transactionId = late.transactionId
      AND (t.category, t.currency) = (late.category, late.currency))`);
  if (late.length > 0) found.late_events = { count: late.length, first: late.slice(0, 4) };
  return found;
}

/** Where each id is counted, and where it is a duplicate: never in the same partition, and never in none. */
async function countedAt(prefix: string): Promise<unknown> {
  const [row] = await query(`SELECT COUNT(DISTINCT transactionId) AS counted, COUNT(*) AS duplicates,
      COUNT(*) FILTER (WHERE SPLIT_PART(category, ' ', 2)::int <> kafka_partition) AS elsewhere
    FROM transactions JOIN duplicates USING (transactionId) WHERE transactionId LIKE '${prefix}-%'`);
  return row;
}
const ONCE = { counted: String(IDS), duplicates: String(IDS), elsewhere: String(IDS) };

/** A checkpoint that began after this call is complete, and nothing changes any more. */
async function untilQuiet(prefix: string): Promise<void> {
  const since = Date.now();
  const isCovered = async () => {
    const { data } = await axios.get(`${outputs.flinkUrl}/jobs/${outputs.jobId}/checkpoints`);
    return (data.latest.completed?.trigger_timestamp ?? 0) > since || undefined;
  };
  await eventually("a checkpoint after the crash", isCovered, 180_000, 500);
  const hasAll = async () => JSON.stringify(await countedAt(prefix)) === JSON.stringify(ONCE) || undefined;
  await eventually("every id in both tables", hasAll, 60_000, 500).catch(() => undefined);
  await sleep(2_000);
}

describe("the same ids in two partitions, with different content", () => {
  beforeAll(async () => {
    await up();
    await stack.stopProducer();
  });

  it("need a journal that readers do not see", async () => {
    await expect(query("SELECT FROM commerce_sink.journal")).rejects.toThrow("permission denied for schema");
  });

  it.each([
    ["the TaskManager crashes", async () => crash(stack.container("taskmanager"))],
    ["Postgres crashes", async () => crash(stack.container("postgres"))],
    ["Postgres is restarted", async () => docker("restart", stack.container("postgres"))],
    [
      "the JobManager crashes, and `commerce up` submits the job again",
      async () => {
        await crash(stack.container("jobmanager"));
        await up();
        await stack.stopProducer();
      },
    ],
  ])("are counted alike in all tables after %s", async (what, fail) => {
    const prefix = what.replace(/\W/g, "").toLowerCase();
    await sendTwice(prefix);
    await sleep(1_000);
    await fail();
    await untilQuiet(prefix);
    expect(await countedAt(prefix)).toEqual(ONCE);
    expect(await differences()).toEqual({});
  });
});
