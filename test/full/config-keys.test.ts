/**
 * Changes each configuration key on a running stack, one after the other. One `up` applies the change, whatever it has
 * to replace; no row and no state of the job is lost; the next `up` changes nothing.
 * By default only the keys that replace a container with data are tested. COMMERCE_KEYS=all tests every key, and a list
 * such as `partitions,parallelism` those keys.
 */
import { describe, expect, it } from "vitest";
import { docker } from "../live/support/docker.ts";
import { useStack } from "../live/support/stack.ts";
import { Postgres } from "../oracle/postgres.ts";
import { settle } from "../oracle/settle.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG: Record<string, string | number> = {
  eventsPerSecond: "50",
  partitions: 2,
  checkpointInterval: 2,
  healthSeconds: 2,
  kafkaPort: 24092,
  flinkPort: 24081,
  sqlGatewayPort: 24083,
  postgresPort: 24432,
  pgadminPort: 24050,
};

/** Keys that replace or restart a container with data, or one through which data is reached. */
const replacing: Record<string, string | number> = {
  postgresPort: 24433,
  kafkaPort: 24093,
  flinkPort: 24082,
  sqlGatewayPort: 24084,
  pgadminPort: 24051,
  taskManagerMemory: 1408,
  onDestroy: "retain",
};

const others: Record<string, string | number> = {
  eventsPerSecond: "60",
  producerSeed: 7,
  partitions: 3,
  parallelism: 2,
  taskManagers: 2,
  checkpointInterval: 3,
  savepointTrigger: "now",
  savepointsKept: 4,
  healthSeconds: 3,
  highAvailability: "zookeeper",
  allowDestructive: "true",
  deduplicationTtl: "48",
  stateBackend: "hashmap",
  // The state does not fit events that are read in another way.
  upgradePolicy: "replay",
  earliestEventDate: "1971-01-01",
  latestEventDate: "2098-12-31",
  replayTrigger: "now",
  deduplicate: "false",
};

const stack = useStack("live-config-keys", CONFIG);
let outputs: Record<string, string>;
const config = { ...CONFIG };

const rows = (): Promise<number> =>
  Postgres.with(outputs.readerUrl as string, async (postgres) => {
    const [row] = await postgres.query("SELECT count(*) FROM transactions");
    return Number(row?.count);
  });

async function up(...args: string[]): Promise<string> {
  const run = await stack.workspace.commerce("up", ["--yes", ...args]);
  expect(run.code, run.text).toBe(0);
  outputs = await stack.workspace.outputs();
  return run.text;
}

describe("a running stack whose configuration keys change one by one", () => {
  it("starts from the defaults", async () => {
    await up();
    expect(await rows()).toBeGreaterThan(0);
  });

  const asked = process.env.COMMERCE_KEYS?.split(",") ?? Object.keys(replacing);
  const keys = Object.entries({ ...replacing, ...others });
  it.each(keys.filter(([key]) => asked.includes(key) || asked.includes("all")))(
    "applies %s: %s, and keeps every row",
    async (key, value) => {
      const before = await rows();
      config[key] = value;
      stack.workspace.configure(config);
      await up();
      expect(await rows()).toBeGreaterThanOrEqual(before);
      expect(await up("--no-proof")).toContain("is up: no changes");
    },
  );

  it("accepts a new owner password, which replaces the Postgres container", async () => {
    const before = await rows();
    const old = outputs.postgresUrl;
    const { stdout } = await stack.workspace.commerce("pulumi", ["stack", "--show-urns"]);
    const urn = /urn:\S+::postgres-owner-password$/m.exec(stdout)?.[0] as string;
    await up("--replace", urn);
    expect(outputs.postgresUrl).not.toBe(old);
    expect(await rows()).toBeGreaterThanOrEqual(before);
    expect(await up("--no-proof")).toContain("is up: no changes");
  });

  it("still holds in every table what the oracle computes", async () => {
    await docker("stop", "--time", "20", stack.container("producer"));
    const settled = await Postgres.with(outputs.readerUrl as string, (postgres) =>
      settle(new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string), postgres),
    );
    expect(settled.differences).toEqual([]);
  });
});
