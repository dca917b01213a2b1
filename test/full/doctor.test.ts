/** Breaks a stack in many ways, one after the other: `doctor` names each cause, and nothing else. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import axios from "axios";
import { describe, expect, it } from "vitest";
import {
  addressOf,
  DATABASE,
  PROJECT,
  SERVICES,
  type Service,
  stackPrefix,
  TOPIC,
} from "../../facts/pipeline.ts";
import { connectKafka } from "../../plugins/commerce/clients/kafka-admin.ts";
import { docker } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import { Postgres } from "../oracle/postgres.ts";

const STACK = "live-doctor";
const CONFIG = { eventsPerSecond: "5", partitions: 2, checkpointInterval: 2, ...stackPorts() };
const stack = useStack(STACK, CONFIG);
const { container } = stack;
const network = stackPrefix(STACK);
let outputs: Record<string, string>;

interface Cause {
  readonly code: string;
  readonly what: string;
  readonly fix: string;
}

async function causes(env: Record<string, string> = {}): Promise<Cause[]> {
  const { code, stdout, text } = await stack.workspace.commerce("doctor", ["--json"], { env });
  const { causes: found }: { causes?: Cause[] } = JSON.parse(stdout);
  if (found === undefined) throw new Error(text);
  expect(code, text).toBe(found.length === 0 ? 0 : 1);
  return found;
}
const codes = async (env?: Record<string, string>) => (await causes(env)).map(({ code }) => code);

async function isHealthy(): Promise<void> {
  await eventually("the doctor to find nothing", async () => (await causes()).length === 0 || undefined);
}

async function up(): Promise<void> {
  const run = await stack.workspace.commerce("up", ["--yes", "--no-proof"]);
  expect(run.code, run.text).toBe(0);
  outputs = await stack.workspace.outputs();
}

const owner = (sql: string) =>
  Postgres.with(outputs.postgresUrl as string, (postgres) => postgres.query(sql));
const start = (service: string) => docker("start", container(service));

function lock(pid: number, host: string): () => void {
  const folder = join(stack.workspace.dir, ".pulumi-state/.pulumi/locks/organization", PROJECT, STACK);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "test.json");
  writeFileSync(
    file,
    JSON.stringify({ pid, username: "test", hostname: host, timestamp: "2026-01-31T12:00:00Z" }),
  );
  return () => rmSync(file);
}

/** Listens on a port, as another program would. */
async function occupy(port: number): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return () => new Promise((resolve) => server.close(() => resolve()));
}

describe("the doctor", () => {
  it("has nothing to start from before the first start", async () => {
    expect(await codes()).toEqual(["not-up"]);
  });

  it("finds nothing on a healthy stack", async () => {
    await up();
    await isHealthy();
  });

  it.each([
    ["stopped", "container-stopped", SERVICES.postgres.name, ["stop", "--time", "10"]],
    ["killed", "container-stopped", SERVICES.kafka.name, ["kill"]],
    ["killed", "container-stopped", SERVICES.taskManager.name, ["kill"]],
    ["stopped", "container-stopped", SERVICES.producer.name, ["stop"]],
    ["paused", "container-paused", SERVICES.kafka.name, ["pause"]],
    ["paused", "container-paused", SERVICES.sqlGateway.name, ["pause"]],
  ])("names a container that was %s: %s, %s", async (_, code, service, command) => {
    await docker(...command, container(service));
    const found = await causes();
    expect(found.map((one) => one.code)).toEqual([code]);
    expect(found[0]?.what).toContain(container(service));
    // What it advises.
    const [, ...words] = (found[0]?.fix ?? "").split(" ");
    if (code === "container-paused") await docker(...words);
    else await start(service);
    await isHealthy();
  });

  it("names a container that is not in the network", async () => {
    await docker("network", "disconnect", network, container(SERVICES.kafka.name));
    const [found, ...more] = await causes();
    expect([found?.code, more]).toEqual(["not-in-network", []]);
    await docker(...(found?.fix.split(" ").slice(1) ?? []));
    await isHealthy();
  });

  it("names the program that has the port of a stopped container", async () => {
    await docker("stop", container(SERVICES.pgAdmin.name));
    const free = await occupy(CONFIG.pgadminPort);
    const [found, ...more] = await causes();
    expect([found?.code, more]).toEqual(["port-taken", []]);
    expect(found?.fix).toBe(`kill ${process.pid}`);
    await free();
    await start(SERVICES.pgAdmin.name);
    await isHealthy();
  });

  it("names locks, a wrong passphrase, a wrong value and a Docker engine that does not answer", async () => {
    let remove = lock(1, "elsewhere");
    expect(await codes()).toEqual(["lock-left"]);
    remove();
    remove = lock(999_999_999, hostname());
    expect(await codes()).toEqual(["run-killed"]);
    remove();
    expect(await codes({ PULUMI_CONFIG_PASSPHRASE: "wrong" })).toEqual(["state-unreadable"]);
    stack.workspace.configure({ ...CONFIG, parallelism: 0 });
    expect(await codes()).toEqual(["config-invalid"]);
    stack.workspace.configure(CONFIG);
    const nowhere = `unix://${stack.workspace.dir}/none.sock`;
    expect(await codes({ DOCKER_HOST: nowhere })).toEqual(["docker-down"]);
  });

  it("names roles whose passwords or privileges were changed, and `up` repairs them", async () => {
    await owner("ALTER ROLE commerce_reader PASSWORD 'changed'");
    expect(await codes()).toEqual(["reader-password"]);
    await owner("ALTER ROLE flink_writer PASSWORD 'changed'");
    expect(await codes()).toEqual(["writer-password", "reader-password"]);
    await up();
    await isHealthy();
    await owner("REVOKE INSERT ON duplicates FROM flink_writer");
    await owner("REVOKE SELECT ON transactions FROM commerce_reader");
    expect(await codes()).toEqual(["reader-privileges", "writer-privileges"]);
    await up();
    await isHealthy();
    await owner("ALTER ROLE postgres PASSWORD 'changed'");
    const [found, ...more] = await causes();
    expect([found?.code, more]).toEqual(["owner-password", []]);
    await docker(...(found?.fix.split(" ").slice(1) ?? []));
    await isHealthy();
  });

  it("names a topic and a column that were changed, a lock, and a job that the JobManager has lost", async () => {
    const kafka = await connectKafka([outputs.kafkaBootstrapServers as string], 10);
    await kafka.setConfig(TOPIC, { "message.timestamp.type": "LogAppendTime", "retention.ms": "86400000" });
    await kafka.close();
    const [changed, ...more] = await causes();
    expect([changed?.code, more]).toEqual(["topic-altered", []]);
    expect(changed?.what).toContain("retention.ms is 86400000, not -1");
    await owner("ALTER TABLE duplicates ALTER COLUMN occurrence TYPE numeric");
    expect((await causes()).at(-1)?.what).toContain("duplicates.occurrence (numeric instead of bigint)");
    await docker("restart", container(SERVICES.jobManager.name));
    await eventually(
      "the JobManager to be back",
      async () => (await codes()).includes("job-lost") || undefined,
    );
    await up();
    await isHealthy();
    await docker(
      "exec",
      "--detach",
      container(SERVICES.postgres.name),
      ...["psql", "-U", "postgres", DATABASE, "-c"],
      "BEGIN; LOCK TABLE transactions IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)",
    );
    const held = await eventually("the lock to hold others up", async () => {
      const [found] = await causes();
      return found?.code === "lock-held" ? found : undefined;
    });
    const pid = /pg_terminate_backend\((\d+)\)/.exec(held.fix)?.[1];
    await owner(`SELECT pg_terminate_backend(${pid})`);
    await isHealthy();
  });

  it("names a container that has taken the name of a removed one", async () => {
    const name = container(SERVICES.pgAdmin.name);
    const image = await docker("inspect", "--format", "{{.Image}}", name);
    await docker("rm", "--force", name);
    await docker("create", "--name", name, image);
    const [taken, ...more] = await causes();
    expect([taken?.code, more]).toEqual(["name-taken", []]);
    await docker(...(taken?.fix.split(" ").slice(1) ?? []));
    await up();
    await isHealthy();
  });

  it("names dead letters that arrive in numbers", async () => {
    const file = join(stack.workspace.dir, "bad.jsonl");
    writeFileSync(file, "not an event\n".repeat(100));
    const sent = await stack.workspace.commerce("events", ["send", file]);
    expect(sent.code, sent.text).toBe(0);
    await eventually("the dead letters", async () => {
      const [found] = await causes();
      if (found === undefined) return undefined;
      expect(found.code).toBe("dead-letters-rising");
      expect(found.what).toContain("not JSON: unexpected byte");
      return true;
    });
  });

  it("names a paused job", async () => {
    const paused = await stack.workspace.commerce("pause", ["--yes"]);
    expect(paused.code, paused.text).toBe(0);
    expect(await codes()).toEqual(["job-paused"]);
    const resumed = await stack.workspace.commerce("resume", ["--yes", "--no-proof"]);
    expect(resumed.code, resumed.text).toBe(0);
    outputs = await stack.workspace.outputs();
    await eventually(
      "two minutes without dead letters",
      async () => (await codes()).length === 0 || undefined,
      180_000,
    );
  });

  it("names rows that were deleted, columns and tables that were dropped", async () => {
    await owner("DELETE FROM dead_letters");
    expect(await codes()).toEqual(["rows-missing"]);
    await owner("ALTER TABLE late_events DROP COLUMN received_at");
    expect(await codes()).toContain("table-altered");
    await owner("DROP TABLE late_events");
    expect((await codes())[0]).toBe("table-missing");
  });

  it("names a canceled job, a deleted topic and a removed container, the most fundamental first", async () => {
    await axios.patch(`${outputs.flinkUrl}/jobs/${outputs.jobId}?mode=cancel`);
    await eventually(
      "the job to be canceled",
      async () => (await codes()).includes("job-canceled") || undefined,
    );
    const server = addressOf(SERVICES.kafka);
    const topics = "/opt/kafka/bin/kafka-topics.sh";
    await docker(
      "exec",
      container(SERVICES.kafka.name),
      topics,
      "--bootstrap-server",
      server,
      "--delete",
      "--topic",
      TOPIC,
    );
    await docker("rm", "--force", container(SERVICES.producer.name));
    expect(await codes()).toEqual(["container-missing", "topic-missing", "table-missing", "job-canceled"]);
  });

  it("names a stack whose state is gone, or whose containers are", async () => {
    const state = join(stack.workspace.dir, ".pulumi-state/.pulumi/stacks", PROJECT, `${STACK}.json`);
    const kept = stack.workspace.read(state.slice(stack.workspace.dir.length + 1));
    rmSync(state);
    expect(await codes()).toEqual(["containers-without-state"]);
    writeFileSync(state, kept);
    const services = Object.values<Service>(SERVICES).filter(
      ({ name, only }) => only === undefined && name !== SERVICES.producer.name,
    );
    await docker("rm", "--force", ...services.map(({ name }) => container(name)));
    expect(await codes()).toEqual(["containers-gone"]);
  });
});
