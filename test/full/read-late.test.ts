/** Sales that the job reads late: from a partition that is new to it, and after a crash of the broker. */
import { describe, expect, it } from "vitest";
import { addressOf, SERVICES } from "../../facts/pipeline.ts";
import { docker } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { event } from "../oracle/corpus/entry.ts";
import { Postgres } from "../oracle/postgres.ts";
import { settle } from "../oracle/settle.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG = {
  eventsPerSecond: "20",
  partitions: 2,
  ...stackPorts(),
};
/** The job looks for new partitions every 30 s. */
const DISCOVERED_MS = 35_000;

const stack = useStack("live-read-late", CONFIG);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let topic: Topic;
let outputs: Record<string, unknown>;

const settled = () => Postgres.with(outputs.readerUrl as string, (postgres) => settle(topic, postgres));

describe("a sale that is in time", () => {
  it("is in its minute although its partition was added under load", async () => {
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    outputs = await stack.workspace.outputs();
    topic = new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string);

    const broker = ["--bootstrap-server", addressOf(SERVICES.kafka)];
    const grow = ["--alter", "--topic", topic.name, "--partitions", "3"];
    await docker("exec", stack.container("kafka"), "/opt/kafka/bin/kafka-topics.sh", ...broker, ...grow);
    const until = Date.now() + DISCOVERED_MS;
    while (Date.now() < until) {
      const transactionDate = JSON.stringify(new Date().toISOString());
      const value = event({ transactionDate, category: '"added partition"' });
      await topic.send([{ partition: 2, value }]);
      await sleep(100);
    }
    await stack.stopProducer();

    const { actual, differences } = await settled();
    expect(differences).toEqual([]);
    expect(actual.late_events).toEqual([]);
    expect(actual.sales_per_minute.some(({ category }) => category === "added partition")).toBe(true);
  });

  it("is in its minute although the broker crashed after it", async () => {
    await docker("start", stack.container("producer"));
    await sleep(20_000);
    // Docker does not restart what was killed in this way.
    await docker("kill", stack.container("kafka"));
    await sleep(60_000);
    await docker("start", stack.container("kafka"));
    await sleep(30_000);
    await stack.stopProducer();
    expect((await settled()).differences).toEqual([]);
  });

  it("is not among what Flink dropped as late", async () => {
    const get = async (path: string) =>
      (await fetch(`${outputs.flinkUrl}/jobs/${outputs.jobId}${path}`)).json();
    const { vertices } = (await get("")) as { vertices: { id: string }[] };
    expect(vertices.length).toBeGreaterThan(0);
    for (const { id } of vertices) {
      const names = (await get(`/vertices/${id}/subtasks/metrics`)) as { id: string }[];
      const dropped = names
        .map((metric) => metric.id)
        .filter((name) => name.endsWith("numLateRecordsDropped"));
      if (dropped.length === 0) continue;
      const sums = await get(`/vertices/${id}/subtasks/metrics?agg=sum&get=${dropped.join(",")}`);
      expect((sums as { sum: number }[]).map(({ sum }) => sum)).toEqual(dropped.map(() => 0));
    }
  });
});
