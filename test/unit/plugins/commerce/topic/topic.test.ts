import { describe, expect, it } from "vitest";
import type { ConnectKafka, KafkaAdmin } from "../../../../../plugins/commerce/clients/kafka-admin.ts";
import { Unreachable } from "../../../../../plugins/commerce/clients/unreachable.ts";
import { describeTopic, type TopicInputs } from "../../../../../plugins/commerce/topic/diff.ts";
import { TopicHandler } from "../../../../../plugins/commerce/topic/topic.ts";
import type { OperationContext } from "../../../../../plugins/sdk/provider.ts";
import { UNKNOWN } from "../../../../../plugins/sdk/values.ts";

const inputs: TopicInputs = {
  bootstrapServers: ["kafka:9092"],
  name: "events",
  partitions: 4,
  replicationFactor: 1,
  config: {},
  allowDestructive: false,
};
const messages: string[] = [];
const context = {
  urn: "test",
  preview: false,
  signal: new AbortController().signal,
  log: (_severity: string, message: string) => void messages.push(message),
  status: () => undefined,
};

/** A broker whose topics hold that many events. */
function broker(topics: Record<string, bigint>) {
  const kafka: Partial<KafkaAdmin> = {
    topicId: async (name) => (name in topics ? `id of ${name}` : undefined),
    describeTopic: async () => undefined,
    // The first 10 have expired.
    offsets: async (name) => [{ partition: 0, earliest: 10n, latest: 10n + (topics[name] ?? 0n) }],
    deleteTopic: async (name) => void delete topics[name],
    close: async () => undefined,
  };
  return { topics, handler: new TopicHandler((async () => kafka) as unknown as ConnectKafka) };
}
const state = (change: Partial<TopicInputs> = {}) => ({
  inputs: { ...inputs, ...change },
  outputs: { ...inputs, ...change },
});

describe("a topic that holds events", () => {
  it("is not replaced by one of another name without consent, and nothing is changed", async () => {
    const { handler } = broker({ events: 7n });
    const { failures } = await handler.check({ ...inputs, name: "others" }, inputs);
    expect(failures).toMatchObject([
      { property: "name", reason: expect.stringContaining("events holds 7 events") },
    ]);
    const allowed = { ...inputs, allowDestructive: true };
    expect(await handler.check({ ...allowed, name: "others" }, allowed)).toMatchObject({ failures: [] });
    // Consent counts once it has been applied: only then does the deletion itself know of it.
    expect((await handler.check({ ...allowed, name: "others" }, inputs)).failures).toHaveLength(1);
  });

  it("keeps its name while the name is not known yet, or nothing answers", async () => {
    const { handler } = broker({ events: 7n });
    expect(await handler.check({ ...inputs, name: UNKNOWN }, inputs)).toMatchObject({ failures: [] });
    const gone = new TopicHandler(async () => {
      throw new Unreachable("no broker");
    });
    expect(await gone.check({ ...inputs, name: "others" }, inputs)).toMatchObject({ failures: [] });
  });

  it("is deleted only with consent", async () => {
    const { handler, topics } = broker({ events: 7n });
    await expect(handler.delete("events", state(), context)).rejects.toThrow(
      "topic events holds 7 events, which would be deleted with it",
    );
    expect(topics).toEqual({ events: 7n });
    await handler.delete("events", state({ allowDestructive: true }), context);
    expect(topics).toEqual({});
    expect(messages).toContain("topic events is deleted with its 7 events, as allowDestructive is set");
  });
});

it("deletes a topic without events, or one that does not exist", async () => {
  const { handler, topics } = broker({ events: 0n });
  expect((await handler.check({ ...inputs, name: "others" }, inputs)).failures).toEqual([]);
  await handler.delete("events", state(), context);
  await handler.delete("events", state(), context);
  expect(topics).toEqual({});
});

/** What a preview of an update prints. It does not connect to Kafka, which may not run yet. */
async function previewed(news: object): Promise<string[]> {
  const lines: string[] = [];
  const handler = new TopicHandler(async () => {
    throw new Error("a preview must not connect");
  });
  const seen = {
    preview: true,
    log: (severity: string, line: string) => void lines.push(`${severity}: ${line}`),
  } as unknown as OperationContext;
  const wanted = { ...inputs, ...news } as TopicInputs;
  await expect(handler.create(wanted, seen)).resolves.toEqual({ id: wanted.name, outputs: wanted });
  const olds = { inputs, outputs: inputs };
  await expect(handler.update("events", olds, wanted, seen)).resolves.toEqual({ outputs: wanted });
  return lines;
}

describe("a preview of a topic", () => {
  it("warns of added partitions, and of nothing else", async () => {
    expect(await previewed({ partitions: 6 })).toEqual([
      expect.stringMatching(
        /^warning: topic events: 4 → 6 partitions\. New events of a key may go to another/,
      ),
    ]);
    expect(await previewed({ config: { "retention.ms": "1" } })).toEqual([]);
    expect(await previewed({ partitions: UNKNOWN })).toEqual([]);
  });
});

describe("a topic that does not settle", () => {
  it("is described as it was last seen", () => {
    const found = {
      id: "x",
      partitions: 3,
      replicationFactor: 1,
      leaderlessPartitions: 1,
      config: { a: "b" },
    };
    expect(describeTopic(found)).toBe(
      'has 3 partitions, 1 of them without a leader, and the settings {"a":"b"}',
    );
    expect(describeTopic(undefined)).toBe("does not exist");
  });
});
