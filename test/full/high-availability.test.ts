/** A JobManager, a gateway and a ZooKeeper that die under load come back without anybody's hand, and no cent is lost. */
import axios from "axios";
import { describe, expect, it } from "vitest";
import { crash, docker } from "../live/support/docker.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import { Postgres } from "../oracle/postgres.ts";
import { settle } from "../oracle/settle.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG = {
  eventsPerSecond: "200",
  partitions: 2,
  checkpointInterval: 2,
  highAvailability: "zookeeper",
  kafkaPort: 21092,
  flinkPort: 21081,
  sqlGatewayPort: 21083,
  postgresPort: 21432,
  pgadminPort: 21050,
};
const stack = useStack("live-ha", CONFIG);
let outputs: Record<string, string>;

const restarts = async (service: string) =>
  Number(await docker("inspect", "--format", "{{.RestartCount}}", stack.container(service)));

/** @returns when the last checkpoint of the job that was started at first was complete */
async function checkpointed(): Promise<number> {
  const job = `${outputs.flinkUrl}/jobs/${outputs.jobId}`;
  const [{ data }, checkpoints] = await Promise.all([axios.get(job), axios.get(`${job}/checkpoints`)]);
  expect(data.state).toBe("RUNNING");
  return checkpoints.data.latest.completed?.latest_ack_timestamp ?? 0;
}

/** The same job works again: it has completed a checkpoint that was begun after now. */
async function worksAgain(): Promise<void> {
  const since = Date.now();
  await eventually(
    "a checkpoint of the same job",
    async () => (await checkpointed()) > since + CONFIG.checkpointInterval * 1000 || undefined,
    60_000,
  );
}

describe("high availability", () => {
  it("comes up", async () => {
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    outputs = await stack.workspace.outputs();
  });

  it("brings the same job back after the JobManager was killed", async () => {
    const since = Date.now();
    await crash(stack.container("jobmanager"));
    await eventually("the JobManager's restart", async () => (await restarts("jobmanager")) > 0 || undefined);
    await worksAgain();
    console.log(`working again after ${((Date.now() - since) / 1000).toFixed(1)} s`);
  });

  it("goes on without ZooKeeper, and with it again", async () => {
    await crash(stack.container("zookeeper"));
    await eventually("ZooKeeper's restart", async () => (await restarts("zookeeper")) > 0 || undefined);
    await worksAgain();
  });

  it("takes statements again after the gateway was killed", async () => {
    await crash(stack.container("sql-gateway"));
    await eventually("the gateway's answer", async () => {
      expect(await restarts("sql-gateway")).toBeGreaterThan(0);
      return (await axios.get(`${outputs.sqlGatewayUrl}/v1/info`)).data.productName;
    });
  });

  it("leaves nothing to do to the next up, and no cent is lost", async () => {
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    expect(run.text).toContain("is up: no changes");
    await stack.stopProducer();
    const topic = new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string);
    const { differences } = await Postgres.with(outputs.readerUrl as string, (postgres) =>
      settle(topic, postgres),
    );
    expect(differences).toEqual([]);
  });
});
