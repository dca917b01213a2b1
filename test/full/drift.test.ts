/**
 * Manual changes to a stack: `status` and `refresh` show them, the next `up` repairs them, and the tables equal what the
 * oracle computes from the topic.
 */

import axios from "axios";
import { afterAll, describe, expect, it } from "vitest";
import type { Condition } from "../../cli/report/conditions.ts";
import {
  addressOf,
  CONSUMER_GROUP,
  SERVICES,
  stackPrefix,
  USERS,
  writerJdbcUrl,
} from "../../facts/pipeline.ts";
import { connectKafka, type KafkaAdmin } from "../../plugins/commerce/clients/kafka-admin.ts";
import { sqlGateway } from "../../plugins/commerce/clients/sql-gateway.ts";
import { splitStatements } from "../../plugins/commerce/sql/statements.ts";
import { countExpiredEvents, lag } from "../../plugins/commerce/topic/offsets.ts";
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
  eventsPerSecond: "10",
  partitions: 2,
  checkpointInterval: 2,
  // Leaves room for a second job.
  taskManagers: 2,
  ...stackPorts(),
};

const STACK = "live-drift";
const stack = useStack(STACK, CONFIG);
const { container } = stack;
let config: Record<string, unknown> = CONFIG;
let outputs: Record<string, string>;
let kafka: KafkaAdmin;
afterAll(() => kafka?.close());

function configure(change: Record<string, unknown>): void {
  config = { ...config, ...change };
  stack.workspace.configure(config);
}

/** What `status` says of one subject. */
async function condition(type: Condition["type"]): Promise<Condition | undefined> {
  const { stdout, text } = await stack.workspace.commerce("status", ["--json"]);
  const { conditions }: { conditions?: Condition[] } = JSON.parse(stdout);
  if (conditions === undefined) throw new Error(text);
  return conditions.find((one) => one.type === type);
}

async function refresh(): Promise<string> {
  const run = await stack.workspace.commerce("refresh", ["--yes", "--diff"]);
  expect(run.code, run.text).toBe(0);
  return run.text;
}

async function up(): Promise<CommandResult> {
  const run = await stack.workspace.commerce("up", ["--yes", "--no-proof"]);
  expect(run.code, run.text).toBe(0);
  outputs = await stack.workspace.outputs();
  return run;
}

const owner = (sql: string): Promise<Row[]> =>
  Postgres.with(outputs.postgresUrl as string, (postgres) => postgres.query(sql));
const topic = () => new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string);

/** The differences between the tables and the topic, once the producer has stopped. */
async function differences(view?: (tables: Tables) => Tables): Promise<string[]> {
  await stack.stopProducer();
  const settled = await Postgres.with(outputs.readerUrl as string, (postgres) =>
    settle(topic(), postgres, view),
  );
  await docker("start", container("producer"));
  return settled.differences;
}

async function running(): Promise<string[]> {
  const { data } = await axios.get(`${outputs.flinkUrl}/jobs/overview`);
  return data.jobs
    .filter((job: { state: string }) => job.state === "RUNNING")
    .map((job: { jid: string }) => job.jid);
}

describe("drift", () => {
  it("is absent after a start", async () => {
    await up();
    kafka = await connectKafka([outputs.kafkaBootstrapServers as string], 10);
    const name = outputs.topic as string;
    await eventually("the job to have read what is there", async () => {
      const offsets = await kafka.offsets(name);
      expect(countExpiredEvents(offsets)).toBe(0n);
      const committed = await kafka.committed(CONSUMER_GROUP, name);
      const isRead = committed.size === CONFIG.partitions && lag(offsets, committed) < 1_000n;
      return isRead || undefined;
    });
    expect(await kafka.committed("nobody", name)).toEqual(new Map());
    expect((await up()).text).toMatch(/no changes/i);
    expect(await condition("AsRecorded")).toMatchObject({ status: "True", message: "" });
  });

  it("of the topic is reverted, except for added partitions, which are reported", async () => {
    const name = outputs.topic as string;
    await kafka.setConfig(name, { "message.timestamp.type": "CreateTime", "retention.ms": "86400000" });
    await kafka.growTopic(name, 3);
    const changed = await condition("AsRecorded");
    expect(changed).toMatchObject({ status: "False", reason: "TopicChanged" });
    for (const what of ["retention.ms is 86400000, not -1", "it has 3 partitions, not 2"])
      expect(changed?.message).toContain(what);
    const shown = await refresh();
    expect(shown).toContain("topic");
    const refused = await stack.workspace.commerce("up", ["--yes"]);
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain("has 3 partitions and Kafka cannot take any away (asked for 2)");

    configure({ partitions: 3 });
    // The next test removes this setting from the program again.
    stack.workspace.edit("infra/pipeline.ts", (text) =>
      text.replace('"message.timestamp.type":', '"max.message.bytes": "2000000", "message.timestamp.type":'),
    );
    await up();
    expect(await kafka.describeTopic(name)).toMatchObject({
      partitions: 3,
      config: {
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": "2000000",
        "retention.ms": "-1",
      },
    });
    expect(await differences()).toEqual([]);
  });

  it("of types and privileges is reverted, and an undeclared column is kept and reported once", async () => {
    stack.workspace.edit("infra/pipeline.ts", (text) => text.replace('"max.message.bytes": "2000000", ', ""));
    await owner("ALTER TABLE sales_per_day ALTER COLUMN total_sales TYPE numeric(40, 4)");
    await owner("ALTER TABLE transactions ADD COLUMN checked_by text");
    await owner(`REVOKE SELECT ON sales_per_month FROM ${USERS.reader}`);
    await owner(`REVOKE USAGE ON SCHEMA public FROM ${USERS.reader}`);
    await owner(`ALTER ROLE ${USERS.reader} PASSWORD 'another'`);
    const shown = await refresh();
    for (const what of ["sales_per_day.total_sales", "transactions.checked_by", "SELECT on sales_per_month"])
      expect(shown).toContain(what);

    expect((await up()).text).toContain("column transactions.checked_by is not in the DDL");
    expect((await kafka.describeTopic(outputs.topic as string))?.config).toEqual({
      "message.timestamp.type": "LogAppendTime",
      "retention.ms": "-1",
    });
    const withoutColumn = (tables: Tables): Tables => ({
      ...tables,
      transactions: tables.transactions.map(({ checked_by, ...row }) => row),
    });
    expect(await differences(withoutColumn)).toEqual([]);
    expect((await up()).text).toMatch(/no changes/i);
    await owner("ALTER TABLE transactions DROP COLUMN checked_by");
  });

  it("of containers that were stopped, removed or changed is repaired", async () => {
    const memory = () => docker("inspect", "--format", "{{.HostConfig.Memory}}", container("postgres"));
    const before = await memory();
    await docker("update", "--memory", "600m", "--memory-swap", "600m", container("postgres"));
    await docker("rm", "--force", container("pgadmin"));
    await docker("stop", "--time", "20", container("producer"));
    const found = await condition("ContainersHealthy");
    expect(found).toMatchObject({ status: "False", reason: "ContainerMissing" });
    expect(found?.message).toContain(`the container ${container("pgadmin")} is gone`);
    const shown = await refresh();
    expect(shown).toMatch(/memory/);
    expect(shown).toMatch(/mustRun/);
    await up();
    expect(await memory()).toBe(before);
    const states = await docker(
      ...["inspect", "--format", "{{.State.Health.Status}}"],
      ...["postgres", "pgadmin", "producer"].map(container),
    );
    expect(states.split("\n")).toEqual(["healthy", "healthy", "healthy"]);
    expect(await differences()).toEqual([]);
  });

  it("is not caused by a restart of the gateway, and the job keeps running", async () => {
    const [job] = await running();
    await docker("restart", container("sql-gateway"));
    expect((await up()).text).toMatch(/no changes/i);
    expect(await running()).toEqual([job]);
  });

  it("of a job that was submitted twice is repaired", async () => {
    const rendered = ["10-source", "20-sinks", "25-deliveries-numbered", "30-statement-set"].map((file) => {
      const values: Record<string, string> = {
        kafkaBootstrapServers: addressOf(SERVICES.kafka),
        topic: outputs.topic as string,
        consumerGroup: CONSUMER_GROUP,
        jdbcUrl: writerJdbcUrl(),
        earliestEventDate: "1970-01-01",
        latestEventDate: "2099-12-31",
      };
      const sql = stack.workspace.read(`sql/flink/${file}.sql`);
      return { path: file, sql: sql.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? "") };
    });
    const properties = { "pipeline.name": stackPrefix(STACK), "parallelism.default": "1" };
    await sqlGateway(outputs.sqlGatewayUrl as string).withSession(properties, async (session) => {
      for (const { text } of splitStatements(rendered)) await session.execute(text);
    });
    await eventually("the second job to run", async () => (await running()).length === 2 || undefined);
    expect(await refresh()).toMatch(/DUPLICATED/);
    await up();
    expect(await running()).toEqual([outputs.jobId]);
    expect(await differences()).toEqual([]);
  });

  it("of a job that was cancelled is repaired", async () => {
    await axios.patch(`${outputs.flinkUrl}/jobs/${outputs.jobId}`);
    await eventually("the job to end", async () => (await running()).length === 0 || undefined);
    expect(await refresh()).toMatch(/CANCELED|MISSING|CANCELLED/);
    await up();
    expect(await running()).toEqual([outputs.jobId]);
    expect(await differences()).toEqual([]);
  });

  it("of a dropped table or column is repaired, and a replay restores the rows", async () => {
    await owner("DROP TABLE sales_per_category");
    await owner("ALTER TABLE transactions DROP COLUMN merchant");
    const changed = await condition("AsRecorded");
    expect(changed).toMatchObject({ status: "False", reason: "TableChanged" });
    expect(changed?.message).toContain("column merchant of transactions was dropped");
    const shown = await refresh();
    expect(shown).toContain("table sales_per_category is created");
    expect(shown).toContain("column transactions.merchant is added");
    // The earlier rows are only in the topic.
    const { text } = await up();
    for (const table of ["sales_per_category", "transactions"])
      expect(text).toContain(`${table} was recreated`);
    expect(await running()).toEqual([outputs.jobId]);
    expect(await differences()).toEqual([]);
    // This run restores NOT NULL, now that every row has a value.
    await up();
    expect((await up()).text).toMatch(/no changes/i);
  });
});
