/**
 * Changes configuration keys on a running stack, one update after the other. One `up` applies the change, whatever it has
 * to replace; no row, no offset and no state of the job is lost; another `up` changes nothing.
 * By default only the keys that replace a container with data are tested. COMMERCE_KEYS=all tests every key, and a list
 * such as `partitions,parallelism` those keys.
 */
import { expect, it } from "vitest";
import { CONSUMER_GROUP } from "../../../facts/pipeline.ts";
import { connectKafka } from "../../../plugins/commerce/clients/kafka-admin.ts";
import { countExpiredEvents } from "../../../plugins/commerce/topic/offsets.ts";
import { docker } from "../../live/support/docker.ts";
import { useStack } from "../../live/support/stack.ts";
import { Postgres } from "../../oracle/postgres.ts";
import { settle } from "../../oracle/settle.ts";
import { Topic } from "../../oracle/topic.ts";

type Config = Record<string, string | number>;

/** Small, so that an update takes seconds: on two cores, events of a job that has just started take most of the CPU. */
export const SMALL = { eventsPerSecond: "10", checkpointInterval: 2, healthSeconds: 2 };

/** An update for each key. */
export const oneByOne = (config: Config): Config[] =>
  Object.entries(config).map(([key, value]) => ({ [key]: value }));

const others = oneByOne({
  eventsPerSecond: "20",
  producerSeed: 7,
  partitions: 5,
  retentionHours: 1_000,
  parallelism: 2,
  taskManagers: 2,
  checkpointInterval: 3,
  savepointTrigger: "now",
  acceptLoss: "nothing",
  savepointsKept: 4,
  healthSeconds: 3,
  startTimeout: 150,
  allowDestructive: "true",
  postgresExporter: "true",
  // Nothing listens there: the pipeline does not wait for it.
  otlpEndpoint: "http://127.0.0.1:4318",
  deduplicationTtl: "48",
  stateBackend: "hashmap",
  // The state does not fit events that are read in another way.
  upgradePolicy: "replay",
  earliestEventDate: "1971-01-01",
  latestEventDate: "2098-12-31",
  replayTrigger: "now",
  deduplicate: "false",
});

/** A Dockerfile with one more label. */
const labelled = (text: string) => `${text}LABEL com.example.image=changed\n`;

/**
 * @param start the configuration that the stack starts with
 * @param replacing updates: other values of keys that replace or restart a container with data, or through which data is
 *   reached
 * @param checks after what an event is followed, and the next `up` must have nothing to do. The next update would apply
 *   what an earlier one has left, so one of the stacks is asked after each
 * @param edits whether files of the project are changed, too
 */
export function changeKeys(
  name: string,
  start: Config,
  replacing: readonly Config[],
  { checks, edits }: { checks: "each update" | "the last update"; edits: boolean },
): void {
  const stack = useStack(name, start);
  const config = { ...start };
  let outputs: Record<string, string>;

  interface Progress {
    rows: number;
    read: number;
    expired: number;
  }

  /** Rows of the tables, and how far the job has read. */
  async function progress(): Promise<Progress> {
    const rows = await Postgres.with(outputs.readerUrl as string, async (postgres) => {
      const [row] = await postgres.query("SELECT count(*) FROM transactions");
      return Number(row?.count);
    });
    const kafka = await connectKafka([outputs.kafkaBootstrapServers as string], 10);
    const topic = outputs.topic as string;
    try {
      const committed = await kafka.committed(CONSUMER_GROUP, topic);
      const read = [...committed.values()].reduce((sum, offset) => sum + Number(offset), 0);
      return { rows, read, expired: Number(countExpiredEvents(await kafka.offsets(topic))) };
    } finally {
      await kafka.close();
    }
  }

  async function up(...args: string[]): Promise<string> {
    const run = await stack.workspace.commerce("up", ["--yes", ...args]);
    expect(run.code, run.text).toBe(0);
    expect(run.text).not.toMatch(/lost with its state|without state|topic .* is deleted|table .* is dropped/);
    outputs = await stack.workspace.outputs();
    return run.text;
  }

  /** Applies a change. Nothing is lost, and nothing remains to be done. */
  async function apply(isReplay: boolean, ...args: string[]): Promise<void> {
    const before = await progress();
    await up(...(checks === "each update" ? args : ["--no-proof", ...args]));
    const after = await progress();
    expect(after.rows).toBeGreaterThanOrEqual(before.rows);
    expect(after.expired).toBe(0);
    // A replay reads everything again.
    if (!isReplay) expect(after.read).toBeGreaterThanOrEqual(before.read);
    if (checks === "each update") expect(await up("--no-proof")).toContain("is up: no changes");
  }

  it("starts", async () => {
    await up();
    expect((await progress()).rows).toBeGreaterThan(0);
  });

  const updates = [...replacing, ...others];
  const asked = process.env.COMMERCE_KEYS?.split(",") ?? replacing.flatMap(Object.keys);
  const isAsked = (key: string) => asked.includes(key) || asked.includes("all");
  const chosen = updates.filter((update) => Object.keys(update).some(isAsked));
  it.each(chosen)("applies %j, and keeps every row", async (update) => {
    Object.assign(config, update);
    stack.workspace.configure(config);
    await apply(config.upgradePolicy === "replay");
  });

  it("accepts a new owner password, which replaces the Postgres container", async () => {
    const old = outputs.postgresUrl;
    const { stdout } = await stack.workspace.commerce("pulumi", ["stack", "--show-urns"]);
    const urn = /urn:\S+::postgres-owner-password$/m.exec(stdout)?.[0] as string;
    await apply(false, "--replace", urn);
    expect(outputs.postgresUrl).not.toBe(old);
  });

  if (edits) {
    it.each<[string, string[], (text: string) => string]>([
      [
        "label of every container",
        ["infra/components/service.ts"],
        (text) =>
          text.replace("...scope.labels,", '...scope.labels, { label: "com.example.team", value: "data" },'),
      ],
      [
        "uploaded file of Postgres",
        ["infra/components/start-postgres.sh"],
        (text) => text.replace("set -eu", "set -eu # changed"),
      ],
      ["image of Kafka and of Flink", ["kafka-metrics/Dockerfile", "flink-jars/Dockerfile"], labelled],
      ["producer image", ["producer/Dockerfile"], labelled],
    ])("accepts a changed %s, which replaces containers", async (_what, files, change) => {
      for (const file of files) stack.workspace.edit(file, change);
      await apply(false);
    });

    it.each(["kafka", "jobmanager", "taskmanager", "sql-gateway", "producer"])(
      "runs the new image of %s",
      async (service) => {
        const label = '{{index .Config.Labels "com.example.image"}}';
        expect(await docker("inspect", "--format", label, stack.container(service))).toBe("changed");
      },
    );
  }

  it("touches no row if another change of the same update is refused", async () => {
    const before = await progress();
    const port = Number(config.postgresPort);
    stack.workspace.configure({ ...config, partitions: 1, postgresPort: port + 1 });
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(1);
    expect(run.text).toMatch(/partitions/);
    stack.workspace.configure(config);
    await up("--no-proof");
    const after = await progress();
    expect(after.rows).toBeGreaterThanOrEqual(before.rows);
    expect(after.read).toBeGreaterThanOrEqual(before.read);
  });

  it("has nothing left to change, and moves events to every table", async () => {
    expect(await up()).toContain("is up: no changes");
  });

  it("still holds in every table what the oracle computes", async () => {
    await docker("stop", "--time", "20", stack.container("producer"));
    const settled = await Postgres.with(outputs.readerUrl as string, (postgres) =>
      settle(new Topic(outputs.kafkaBootstrapServers as string, outputs.topic as string), postgres),
    );
    expect(settled.differences).toEqual([]);
  });
}
