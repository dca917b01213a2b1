/**
 * Changes of a statement set that are killed half-way, each at a moment that the test observes. The next `up` completes
 * each of them: one job with the wanted statements, no shadow tables, and in the end every table exact to the cent.
 */

import axios from "axios";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { STATE_DIRECTORY } from "../../facts/pipeline.ts";
import { crash, docker, logs } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import type { CommandResult } from "../live/support/workspace.ts";
import { Postgres } from "../oracle/postgres.ts";
import { settle } from "../oracle/settle.ts";
import { Topic } from "../oracle/topic.ts";

const CONFIG = {
  eventsPerSecond: "10",
  partitions: 2,
  checkpointInterval: 3,
  healthSeconds: 3,
  ...stackPorts(),
};
const SAVEPOINTS = `${STATE_DIRECTORY}/savepoints`;
const stack = useStack("live-killed-upgrade", CONFIG);
let outputs: Record<string, string>;
/** How often the statements were edited, and the ids of the jobs that ran before the change. */
let edits = 0;
let before: string[] = [];

const query = (sql: string) => Postgres.with(outputs.readerUrl as string, (postgres) => postgres.query(sql));

interface LiveJob {
  id: string;
  state: string;
  isShadow: boolean;
  version: number;
}

async function liveJobs(): Promise<LiveJob[]> {
  const { data } = await axios.get(`${outputs.flinkUrl}/jobs/overview`);
  const live = data.jobs.filter(({ state }: { state: string }) => !/FINISHED|CANCELED|FAILED/.test(state));
  return Promise.all(
    live.map(async ({ jid, state }: { jid: string; state: string }) => {
      const config = await axios.get(`${outputs.flinkUrl}/jobs/${jid}/config`);
      const parameters = config.data["execution-config"]["user-config"];
      const version = Number(parameters["commerce.version"]);
      return { id: jid, state, isShadow: parameters["commerce.shadow"] === "true", version };
    }),
  );
}

const shadowSchemas = () => query("SELECT FROM pg_namespace WHERE nspname = 'commerce_replay'");
const soon = (what: string, probe: () => Promise<boolean>) =>
  eventually(what, async () => (await probe()) || undefined, 300_000, 50);
const newJob = async () => (await liveJobs()).find(({ id }) => !before.includes(id));

/** The moments of a change, each with a function that waits for it. */
const moments = {
  async "the statements are compiled"() {
    // Only the session that compiles stays open this long.
    const since = new Map<string, number>();
    await soon("a session that compiles", async () => {
      const log = await logs(stack.container("sql-gateway"));
      const [, open = ""] = log.match(/.*Session (\S+) is opened/s) ?? [];
      if (log.includes(`Session: ${open} is closed`)) return false;
      if (!since.has(open)) since.set(open, Date.now());
      return Date.now() - Number(since.get(open)) > 400;
    });
  },
  async "the old job is stopped with a savepoint"() {
    const count = `$(ls ${SAVEPOINTS} 2>/dev/null | wc -l)`;
    const wait = `n=${count}; until [ ${count} -gt $n ]; do sleep 0.02; done`;
    await docker("exec", stack.container("jobmanager"), "timeout", "300", "sh", "-c", wait);
  },
  async "the old job has ended"() {
    await soon("the end of the old job", async () => (await liveJobs()).length === 0);
  },
  async "the new job is submitted"() {
    await soon("a new job", async () => (await newJob()) !== undefined);
  },
  async "the new job is watched"() {
    await soon("a checkpoint of the new job", async () => {
      const job = await newJob();
      if (job?.state !== "RUNNING") return false;
      const { data } = await axios.get(`${outputs.flinkUrl}/jobs/${job.id}/checkpoints`);
      return data.counts.completed > 0;
    });
  },
  async "the shadow tables are filled"() {
    await soon("a job that fills shadow tables", async () =>
      (await liveJobs()).some(({ isShadow, state }) => isShadow && state === "RUNNING"),
    );
  },
  async "the rows change places"() {
    // A transaction that writes to a table blocks the swap until it ends.
    const writer = new pg.Client({ connectionString: outputs.postgresUrl });
    await writer.connect();
    await soon("the shadow tables", async () => (await shadowSchemas()).length > 0);
    await writer.query("BEGIN; LOCK TABLE sales_per_day IN ROW EXCLUSIVE MODE");
    const waiting = "SELECT FROM pg_locks WHERE NOT granted AND mode = 'ShareRowExclusiveLock'";
    await soon("the change of rows", async () => (await query(waiting)).length > 0);
    setTimeout(() => writer.end(), 1_000);
  },
  async "the rows have changed places"() {
    await soon("the shadow tables", async () => (await shadowSchemas()).length > 0);
    await soon("their end", async () => (await shadowSchemas()).length === 0);
  },
};
type Moment = keyof typeof moments;

const up = () => stack.workspace.commerce("up", ["--yes", "--no-proof"]);
/** Adds a sink that nobody reads, under another name each time. All state and rows fit. */
const edit = () => {
  edits++;
  stack.workspace.edit("sql/flink/30-statement-set.sql", (sql) =>
    sql
      .replace(/CREATE TABLE nowhere_\d+[^;]*;\n|INSERT INTO nowhere_\d+[^;]*;\n/g, "")
      .replace(
        /EXECUTE STATEMENT SET\nBEGIN\n/,
        `CREATE TABLE nowhere_${edits} (id STRING) WITH ('connector' = 'blackhole');\n$&` +
          `INSERT INTO nowhere_${edits} SELECT transactionId FROM deliveries;\n`,
      ),
  );
};

/** Kills a run at a moment. @returns the killed run */
async function killed(moment: Moment, verb: string): Promise<CommandResult> {
  before = (await liveJobs()).map(({ id }) => id);
  let hit = false;
  const killWhen = async () => {
    await moments[moment]();
    hit = true;
  };
  const run = await stack.workspace.commerce(verb, ["--yes", "--no-proof"], { killWhen });
  expect({ hit, code: run.code }, run.text).toEqual({ hit: true, code: -1 });
  const jobs = (await liveJobs().catch(() => [])).map(({ state, isShadow }) =>
    isShadow ? "filling" : state,
  );
  console.log(`${verb} killed after ${run.seconds} s, when ${moment}; jobs: ${jobs.join(", ") || "none"}`);
  return run;
}

/**
 * Completes the killed change with another `up`.
 *
 * @returns the version that is running afterwards
 */
async function recover(): Promise<number> {
  const run = await up();
  console.log(`recovered in ${run.seconds} s`);
  expect(run.code, run.text).toBe(0);
  expect(run.text).not.toMatch(/lost with its state|without state/);
  const live = await liveJobs();
  expect(live, run.text).toMatchObject([{ state: "RUNNING", isShadow: false }]);
  expect(await shadowSchemas()).toEqual([]);
  if (edits > 0) {
    const { data } = await axios.get(`${outputs.flinkUrl}/jobs/${live[0]?.id}`);
    const operators = data.vertices.map(({ name }: { name: string }) => name).join();
    expect(operators).toContain(`nowhere_${edits}`);
  }
  return live[0]?.version ?? 0;
}

describe("a change of the statements", () => {
  it("starts from a running stack", async () => {
    const run = await up();
    expect(run.code, run.text).toBe(0);
    outputs = await stack.workspace.outputs();
  });

  it.each<Moment>([
    "the statements are compiled",
    "the old job is stopped with a savepoint",
    "the old job has ended",
    "the new job is submitted",
    "the new job is watched",
  ])("is completed by the next up if its upgrade was killed when %s", async (moment) => {
    edit();
    await killed(moment, "up");
    await recover();
  });

  it.each<Moment>(["the shadow tables are filled", "the rows change places", "the rows have changed places"])(
    "is completed by the next up if its replay was killed when %s",
    async (moment) => {
      const version = (await liveJobs())[0]?.version ?? 0;
      await killed(moment, "replay");
      // A replay that was already complete is not repeated.
      const tried = (await recover()) - version;
      expect(tried).toBe(moment === "the shadow tables are filled" ? 2 : 1);
    },
  );

  it.each<[string, Moment]>([
    ["sql-gateway", "the old job is stopped with a savepoint"],
    ["jobmanager", "the new job is submitted"],
  ])("is completed by the next up if the %s crashed when %s", async (service, moment) => {
    before = (await liveJobs()).map(({ id }) => id);
    edit();
    const [run] = await Promise.all([up(), moments[moment]().then(() => crash(stack.container(service)))]);
    console.log(`${service} died when ${moment}: up ended with ${run.code} after ${run.seconds} s`);
    await recover();
  });

  it("leaves nothing to do for the next up, and loses no cent", async () => {
    const run = await up();
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
