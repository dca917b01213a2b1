import { describe, expect, it, vi } from "vitest";
import { configKeys } from "../../facts/config/keys.ts";
import { CONSUMER_GROUP, TOPIC } from "../../facts/pipeline.ts";
import { containers, declare, keysRead } from "./program.ts";

// A declaration takes half a second on an idle machine and several on a busy one.
vi.setConfig({ testTimeout: 30_000 });

describe("configuration that changes the graph", () => {
  it("is read by the program, every key of it", async () => {
    const read = await keysRead({}, "key", "app-key");
    const others = ["datadogApiKey", "datadogAppKey"]; // infra/index.ts hands them over as secrets.
    expect([...read, ...others].sort()).toEqual(
      configKeys()
        .map(([name]) => name)
        .sort(),
    );
  });

  it("spreads the task slots over several TaskManagers", async () => {
    const services = containers(await declare({ taskManagers: 2, parallelism: 3 }));
    expect([...services.keys()].filter((name) => name.startsWith("taskmanager"))).toEqual([
      "taskmanager",
      "taskmanager-2",
    ]);
    const properties = services.get("taskmanager")?.envs?.find((env) => env.startsWith("FLINK_PROPERTIES="));
    expect(properties).toContain("taskmanager.numberOfTaskSlots: 2");
  });

  it("gives a TaskManager another address at each start", async () => {
    const properties = containers(await declare()).get("taskmanager")?.envs;
    expect(properties).toContainEqual(expect.stringContaining("taskmanager.rpc.port: 0"));
  });

  it("does not touch the first TaskManager when a second is added", async () => {
    const taskManager = async (taskManagers: number) =>
      (await declare({ taskManagers })).find(({ name }) => name === "flink-taskmanager")?.inputs;
    const alone = await taskManager(1);
    expect(alone).toMatchObject({ name: "commerce-pipeline-dev-taskmanager" });
    expect(await taskManager(2)).toEqual(alone);
  });

  it("does not replace the JobManager when the job's size changes", async () => {
    const small = containers(await declare());
    const large = containers(
      await declare({ parallelism: 4, taskManagerMemory: 4096, deduplicationTtl: 1, eventsPerSecond: 9 }),
    );
    expect(large.get("jobmanager")).toEqual(small.get("jobmanager"));
    expect(large.get("sql-gateway")).toEqual(small.get("sql-gateway"));
    expect(large.get("taskmanager")).not.toEqual(small.get("taskmanager"));
  });

  it("passes rate and seed to the producer", async () => {
    const services = containers(await declare({ eventsPerSecond: 200, producerSeed: 7 }));
    expect(services.get("producer")?.envs).toEqual(expect.arrayContaining(["RATE=200", "SEED=7"]));
  });

  it("passes partitions to the topic and parallelism to the job", async () => {
    const declared = await declare({ partitions: 4, parallelism: 2 });
    expect(declared.find(({ type }) => type === "commerce:kafka:Topic")?.inputs.partitions).toBe(4);
    const job = declared.find(({ type }) => type === "commerce:flink:StatementSet");
    expect(job?.inputs.settings).toMatchObject({ "parallelism.default": "2" });
  });

  it("passes the job's options and its source to the job", async () => {
    const asked = {
      desiredState: "paused",
      upgradePolicy: "replay",
      savepointTrigger: "a",
      replayTrigger: "b",
      replayFrom: "2026-01-31T12:00:00Z",
      savepointsKept: 7,
      healthSeconds: 20,
      acceptLoss: "c",
    } as const;
    const declared = await declare({ ...asked, allowDestructive: true });
    expect(declared.find(({ type }) => type === "commerce:flink:StatementSet")?.inputs).toMatchObject({
      ...asked,
      source: {
        bootstrapServers: ["127.0.0.1:9092"],
        topic: TOPIC,
        consumerGroup: CONSUMER_GROUP,
      },
    });
    const schema = declared.find(({ type }) => type === "commerce:postgres:Schema");
    expect(schema?.inputs.allowDestructive).toBe(true);
    const topic = declared.find(({ type }) => type === "commerce:kafka:Topic");
    expect(topic?.inputs.allowDestructive).toBe(true);
  });

  it("tells the job which topic it reads, by Kafka's id", async () => {
    const job = (await declare()).find(({ type }) => type === "commerce:flink:StatementSet");
    expect(job?.inputs.topicId).toBe("topic-of-kafka");
  });

  it("keeps events for ever, or for retentionHours", async () => {
    const retention = async (config: { retentionHours?: number }) => {
      const topic = (await declare(config)).find(({ type }) => type === "commerce:kafka:Topic");
      return topic?.inputs.config;
    };
    expect(await retention({})).toMatchObject({ "retention.ms": "-1" });
    expect(await retention({ retentionHours: 48 })).toMatchObject({ "retention.ms": "172800000" });
    // Else the offset of a partition without events would expire before the events do.
    const envs = containers(await declare()).get("kafka")?.envs ?? [];
    expect(envs).toContain("KAFKA_OFFSETS_RETENTION_MINUTES=5256000");
  });

  it("timestamps events by the broker's clock", async () => {
    const topic = (await declare()).find(({ type }) => type === "commerce:kafka:Topic");
    expect(topic?.inputs.config).toMatchObject({ "message.timestamp.type": "LogAppendTime" });
  });

  it.each([true, false])("numbers deliveries only to de-duplicate (%s)", async (deduplicate) => {
    const declared = await declare({ deduplicate, deduplicationTtl: 0.5, latestEventDate: "2030-12-31" });
    const job = declared.find(({ type }) => type === "commerce:flink:StatementSet");
    const sql = ((job?.inputs.files ?? []) as { sql: string }[]).map((file) => file.sql).join("\n");
    expect(sql.match(/^CREATE VIEW deliveries /gm)).toHaveLength(1);
    expect(sql.includes("PARTITION BY transactionId")).toBe(deduplicate);
    expect(sql).toContain("'commerce-event.latest-date' = '2030-12-31'");
    expect(job?.inputs.settings).toMatchObject({ "table.exec.state.ttl": "1800 s" });
  });
});
