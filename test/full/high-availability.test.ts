/** A JobManager, a gateway and a ZooKeeper that crash under load recover without intervention, and no cent is lost. */
import axios from "axios";
import { describe, expect, it } from "vitest";
import { crash, docker } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import { Postgres } from "../oracle/postgres.ts";
import { settle } from "../oracle/settle.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG = {
  eventsPerSecond: "20",
  partitions: 2,
  checkpointInterval: 2,
  highAvailability: "zookeeper",
  ...stackPorts(),
};
const stack = useStack("live-ha", CONFIG);
let outputs: Record<string, string>;

const restarts = async (service: string) =>
  Number(await docker("inspect", "--format", "{{.RestartCount}}", stack.container(service)));

/** @returns when the original job's latest checkpoint completed */
async function lastCheckpointAt(): Promise<number> {
  const job = `${outputs.flinkUrl}/jobs/${outputs.jobId}`;
  const [{ data }, checkpoints] = await Promise.all([axios.get(job), axios.get(`${job}/checkpoints`)]);
  expect(data.state).toBe("RUNNING");
  return checkpoints.data.latest.completed?.latest_ack_timestamp ?? 0;
}

/** Waits until the same job has completed a checkpoint that began after this call. */
async function waitForNextCheckpoint(): Promise<void> {
  const since = Date.now();
  await eventually(
    "a checkpoint of the same job",
    async () => (await lastCheckpointAt()) > since + CONFIG.checkpointInterval * 1000 || undefined,
  );
}

describe("a highly available pipeline", () => {
  it("starts", async () => {
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    outputs = await stack.workspace.outputs();
  });

  it("recovers the same job after a crash of the JobManager", async () => {
    const since = Date.now();
    await crash(stack.container("jobmanager"));
    await eventually("the JobManager's restart", async () => (await restarts("jobmanager")) > 0 || undefined);
    await waitForNextCheckpoint();
    console.log(`working again after ${((Date.now() - since) / 1000).toFixed(1)} s`);
  });

  it("keeps the same job through a crash of ZooKeeper", async () => {
    await crash(stack.container("zookeeper"));
    await eventually("ZooKeeper's restart", async () => (await restarts("zookeeper")) > 0 || undefined);
    await waitForNextCheckpoint();
  });

  it("answers SQL Gateway requests again after a crash of the gateway", async () => {
    await crash(stack.container("sql-gateway"));
    await eventually("the gateway's answer", async () => {
      expect(await restarts("sql-gateway")).toBeGreaterThan(0);
      return (await axios.get(`${outputs.sqlGatewayUrl}/v1/info`)).data.productName;
    });
  });

  it("is not changed by the next up, and has not lost a cent", async () => {
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
