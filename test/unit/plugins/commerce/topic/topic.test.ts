import { describe, expect, it } from "vitest";
import { describeTopic, type TopicInputs } from "../../../../../plugins/commerce/topic/diff.ts";
import { TopicHandler } from "../../../../../plugins/commerce/topic/topic.ts";
import type { OperationContext } from "../../../../../plugins/sdk/provider.ts";
import { UNKNOWN } from "../../../../../plugins/sdk/values.ts";

const inputs = { bootstrapServers: ["b:1"], name: "events", partitions: 4, replicationFactor: 1, config: {} };

/** What a preview of an update prints. It does not connect to Kafka, which may not run yet. */
async function previewed(news: object): Promise<string[]> {
  const lines: string[] = [];
  const handler = new TopicHandler(async () => {
    throw new Error("a preview must not connect");
  });
  const context = {
    preview: true,
    log: (severity: string, line: string) => void lines.push(`${severity}: ${line}`),
  } as unknown as OperationContext;
  const wanted = { ...inputs, ...news } as TopicInputs;
  await expect(handler.create(wanted, context)).resolves.toEqual({ id: wanted.name, outputs: wanted });
  const olds = { inputs, outputs: inputs };
  await expect(handler.update("events", olds, wanted, context)).resolves.toEqual({ outputs: wanted });
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
    const seen = { partitions: 3, replicationFactor: 1, leaderlessPartitions: 1, config: { a: "b" } };
    expect(describeTopic(seen)).toBe(
      'has 3 partitions, 1 of them without a leader, and the settings {"a":"b"}',
    );
    expect(describeTopic(undefined)).toBe("does not exist");
  });
});
