/**
 * Events that are gone before the job has read them, and a topic that is deleted and created again: nothing is skipped,
 * emptied or overwritten until the user has decided, and afterwards every event is accounted for.
 */
import { afterAll, describe, expect, it } from "vitest";
import { connectKafka, type KafkaAdmin } from "../../plugins/commerce/clients/kafka-admin.ts";
import { kafkaClient } from "../../plugins/commerce/clients/kafka-client.ts";
import { docker } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import type { CommandResult } from "../live/support/workspace.ts";
import { Postgres } from "../oracle/postgres.ts";

const CONFIG: Record<string, unknown> = {
  eventsPerSecond: "0.1",
  partitions: 2,
  checkpointInterval: 2,
  healthSeconds: 2,
  ...stackPorts(),
};
const TOPIC = "financial_transactions";
const KEPT = 20;

const stack = useStack("live-lost-events", CONFIG);
const config = { ...CONFIG };
const kafka = kafkaClient({ clientId: "test", brokers: [`127.0.0.1:${CONFIG.kafkaPort}`] });
const producer = kafka.producer();
let topics: KafkaAdmin;
let outputs: Record<string, unknown> = {};
afterAll(async () => {
  await producer.disconnect().catch(() => undefined);
  await topics?.close().catch(() => undefined);
});

async function run(verb: string, ...args: string[]): Promise<CommandResult> {
  const done = await stack.workspace.commerce(
    verb,
    verb === "preview" ? args : ["--yes", ...(verb === "refresh" ? [] : ["--no-proof"]), ...args],
  );
  if (done.code === 0 && verb !== "preview") outputs = await stack.workspace.outputs();
  return done;
}
async function succeed(verb: string, ...args: string[]): Promise<string> {
  const done = await run(verb, ...args);
  expect(done.code, done.text).toBe(0);
  return done.text;
}
/** @returns the text on one line, however the terminal wraps it */
async function refused(verb: string, ...args: string[]): Promise<string> {
  const done = await run(verb, ...args);
  expect(done.code, done.text).not.toBe(0);
  return done.text.replace(/\s+/g, " ");
}
const configure = (change: Record<string, unknown>) => {
  Object.assign(config, change);
  stack.workspace.configure(config);
};
const consentIn = (text: string) => /Set acceptLoss to "(\w+)"/.exec(text)?.[1];

const query = (sql: string) => Postgres.with(String(outputs.readerUrl), (postgres) => postgres.query(sql));
async function counts(): Promise<Record<string, number>> {
  const tables = ["transactions", "duplicates", "dead_letters", "proof_events", "sales_per_day"];
  const [row] = await query(`SELECT ${tables.map((name) => `(SELECT count(*) FROM ${name}) AS ${name}`)}`);
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, number]) => [name, Number(number)]));
}

let made = 0;
async function produce(partition: number, events: number, value?: string): Promise<void> {
  const messages = Array.from({ length: events }, () => {
    const id = `test-${made++}`;
    const event = { transactionId: id, userId: "u", transactionType: "purchase", amount: 1, currency: "EUR" };
    const place = { category: "test", merchant: "m", location: "l" };
    const at = { transactionDate: "2026-01-31T12:00:00Z" };
    return { partition, key: id, value: value ?? JSON.stringify({ ...event, ...at, ...place }) };
  });
  // A topic that has just been created may have no leaders yet.
  await eventually("Kafka to take events", async () => {
    await producer.send({ topic: TOPIC, messages });
    return true;
  });
}

/** Deletes events as retention does, up to the last ones of each partition. */
async function expireAllButLast(): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  // kafkajs deletes records only of a topic whose metadata it has loaded.
  await admin.fetchTopicOffsets(TOPIC);
  const partitions = (await topics.offsets(TOPIC)).map(({ partition, latest }) => ({
    partition,
    offset: String(latest - BigInt(KEPT)),
  }));
  await admin.deleteTopicRecords({ topic: TOPIC, partitions });
  await admin.disconnect();
}

/** Every event of every topic is in one table, or was skipped with consent. */
async function expectAccountToClose(): Promise<void> {
  await eventually("the account to close", async () => {
    const { transactions, duplicates, dead_letters, proof_events } = await counts();
    const ends = (await topics.offsets(TOPIC)).reduce((sum, { latest }) => sum + Number(latest), 0);
    const { carriedEvents, skippedEvents } = outputs.reads as Record<string, number>;
    const inTables = Number(transactions) + Number(duplicates) + Number(dead_letters) + Number(proof_events);
    const expected = ends + Number(carriedEvents) - Number(skippedEvents);
    if (inTables !== expected) throw new Error(`${inTables} rows for ${expected} events`);
    return true;
  });
  const { stdout } = await stack.workspace.commerce("status", ["--json"]);
  expect(JSON.parse(stdout).account).toMatchObject({ closes: true, missing: 0, lost: 0, isExact: true });
}

/** Without the stack's producer, whose next event would be one row more. */
async function countsAtRest(): Promise<Record<string, number>> {
  await docker("stop", "--time", "20", stack.container("producer"));
  await expectAccountToClose();
  return counts();
}

describe("a running stack", () => {
  it("has read everything, with three dead letters", async () => {
    await succeed("up");
    topics = await connectKafka([String(outputs.kafkaBootstrapServers)], 10);
    await producer.connect();
    await produce(0, 3, "not JSON");
    await produce(1, 500);
    await expectAccountToClose();
    expect(outputs.reads).toEqual({
      topicId: await topics.topicId(TOPIC),
      skippedEvents: 0,
      acceptedLoss: 0,
      readsFrom: {},
      carriedEvents: 0,
    });
    expect(await succeed("up")).toContain("is up: no changes");
  });
});

describe("events that expire while the job is paused", () => {
  let consent: string | undefined;

  it("are named by a resume, which is refused and changes nothing", async () => {
    await succeed("pause");
    await docker("stop", "--time", "20", stack.container("producer"));
    const before = await counts();
    for (const partition of [0, 1]) await produce(partition, 100);
    await expireAllButLast();

    const text = await refused("resume");
    // The producer may have sent an event after the pause.
    expect(text).toMatch(
      /no longer has 1[67]\d events that job \S+ has not read: \d+ in partition 0 \(offsets \d+ to/,
    );
    consent = consentIn(text);
    configure({ desiredState: "running" });
    expect(consentIn(await refused("preview"))).toBe(consent);
    expect(await counts()).toEqual(before);
  });

  it("are skipped with consent to that loss, and counted", async () => {
    configure({ acceptLoss: "another" });
    expect(consentIn(await refused("up"))).toBe(consent);
    configure({ acceptLoss: consent });
    expect(await succeed("up")).toMatch(/goes on without 1[67]\d events/);
    const { skippedEvents } = outputs.reads as { skippedEvents: number };
    expect(skippedEvents).toBeGreaterThanOrEqual(160);
    await expectAccountToClose();
    expect(await succeed("up")).toContain("is up: no changes");
  });
});

describe("events that expire while the TaskManager is down", () => {
  it("are named by the next start, and skipped with consent", async () => {
    const taskManager = stack.container("taskmanager");
    await docker("stop", "--time", "20", stack.container("producer"));
    await expectAccountToClose();
    await docker("stop", "--time", "20", taskManager);
    for (const partition of [0, 1]) await produce(partition, 100);
    await expireAllButLast();
    await docker("start", taskManager);
    // Flink calls the job RUNNING for a moment each time it restarts it.
    await eventually("the preview to name them", async () => {
      const { text } = await stack.workspace.commerce("preview");
      return /events that job \S+ has not read/.test(text.replace(/\s+/g, " ")) || undefined;
    });
    const text = await refused("up");
    expect(text).toMatch(/no longer has 1[67]\d events that job \S+ has not read/);
    configure({ acceptLoss: consentIn(text) });
    await succeed("up");
    await expectAccountToClose();
    expect(await succeed("up")).toContain("is up: no changes");
  });
});

async function recreateTopic(): Promise<void> {
  await topics.deleteTopic(TOPIC);
  const settings = { "message.timestamp.type": "LogAppendTime", "retention.ms": "-1" };
  await eventually("the topic to be gone", async () => ((await topics.topicId(TOPIC)) ? undefined : true));
  await topics.createTopic(TOPIC, { partitions: 2, replicationFactor: 1, config: settings });
  await eventually("the topic to be back", () => topics.topicId(TOPIC));
  await produce(0, 1);
}

describe("a topic that is created again under the job", () => {
  let consent: string | undefined;

  it("is noticed by preview, refresh, up and replay, none of which changes a row", async () => {
    await docker("stop", "--time", "20", stack.container("producer"));
    await docker("stop", "--time", "20", stack.container("taskmanager"));
    const before = await counts();
    await recreateTopic();
    // More than the job has read of the old topic, so that its offsets look valid.
    for (const partition of [0, 1]) await produce(partition, 1_000);
    const preview = await refused("preview");
    expect(preview).toContain("is not the one that job");
    expect(await succeed("refresh", "--diff")).toContain("OTHER_TOPIC");
    expect(await counts()).toEqual(before);
    const up = await refused("up");
    expect(up).toContain("it was deleted and created again");
    consent = consentIn(up);
    const rows = await counts();
    expect(consentIn(await refused("replay"))).toBe(consent);
    expect((await counts()).transactions).toBeGreaterThanOrEqual(Number(rows.transactions));
    expect(Number(rows.transactions)).toBeGreaterThanOrEqual(Number(before.transactions));
  });

  it("is read from its beginning with consent, beside the rows of the old one", async () => {
    const dead =
      "SELECT kafka_partition, kafka_offset, encode(payload, 'escape') AS payload FROM dead_letters ORDER BY 1, 2";
    const old = (await query(dead)).length;
    configure({ acceptLoss: consent });
    expect(await succeed("up")).toContain("goes on with the tables of the earlier topic");
    await produce(0, 1, "not JSON either");
    await expectAccountToClose();
    const rows = await query(dead);
    expect(rows).toHaveLength(old + 1);
    expect(rows.filter(({ kafka_offset }) => Number(kafka_offset) < 0)).toHaveLength(old);
    // Each event of the new topic counts once, also those that the job had read before it was stopped.
    const [counted] = await query("SELECT count(*), count(DISTINCT transactionid) AS ids FROM transactions");
    expect(counted?.count).toBe(counted?.ids);
    expect(await succeed("up")).toContain("is up: no changes");
  });

  it("is not replayed, as it does not have all events of the tables", async () => {
    const text = await refused("replay");
    expect(text).toMatch(/no longer has \d+ events that the tables count/);
    await expectAccountToClose();
  });
});

describe("a topic that is gone", () => {
  it("is created again, and the job waits for a decision", async () => {
    const before = await countsAtRest();
    await topics.deleteTopic(TOPIC);
    expect(await refused("preview")).toContain("is gone. If it is created again, it is another topic");
    const text = await refused("up");
    expect(text).toContain("it was deleted and created again");
    expect(await counts()).toEqual(before);
  });

  it("is the only source of the tables with the policy stateless; the old rows are copied", async () => {
    configure({ upgradePolicy: "stateless" });
    const before = await counts();
    const text = await succeed("up");
    expect(text).toMatch(/the tables were emptied; copies are kept as commerce_backup\.transactions_/);
    configure({ upgradePolicy: "resume" });
    await produce(1, 10);
    await expectAccountToClose();
    expect(outputs.reads).toMatchObject({ carriedEvents: 0 });
    expect((await counts()).transactions).toBeLessThan(Number(before.transactions));
    const copies = "SELECT relname FROM pg_class WHERE relnamespace = 'commerce_backup'::regnamespace";
    expect(await query(copies)).not.toEqual([]);
    expect(await succeed("up")).toContain("is up: no changes");
  });
});

describe("a broker whose volume was lost", () => {
  it("has another topic: the job waits for a decision, and the rows stay", async () => {
    const before = await countsAtRest();
    await docker("rm", "--force", stack.container("kafka"));
    await docker("volume", "rm", stack.container("kafka-data"));
    const text = await refused("up");
    expect(text).toContain("it was deleted and created again");
    expect(await counts()).toEqual(before);
    configure({ acceptLoss: consentIn(text) });
    await succeed("up");
    await produce(0, 25);
    await expectAccountToClose();
    expect((await counts()).transactions).toBeGreaterThanOrEqual(Number(before.transactions) + 25);
  });
});
