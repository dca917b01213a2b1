import type Docker from "dockerode";
import { Kafka, logLevel } from "kafkajs";
import { Client } from "pg";
import { inspectContainers, lastLogLines, type MemoryUse, measureMemory } from "../containers.ts";
import { messageOf } from "../errors.ts";
import { readJob } from "../flink-rest.ts";
import type { Project } from "../project.ts";
import { tables } from "../services.ts";
import { accountOf } from "./account.ts";
import type { Found, ProducerCounts, StackReport } from "./facts.ts";

/** The job's consumer group, as infra/pipeline.ts names it. */
const consumerGroup = "flink_consumer_group";

/** Secrets are used to look, and left out of what is reported. */
const secretOutputs = new Set(["postgresUrl", "readerUrl", "pgadminPassword"]);

/**
 * Looks at everything at once; what does not answer is reported as such. Takes ten seconds at most.
 * @param measured the containers' memory, where somebody has begun to measure it
 */
export async function collectReport(
  project: Project,
  docker: Docker | undefined,
  outputs: Readonly<Record<string, unknown>>,
  measured?: Promise<MemoryUse>,
): Promise<StackReport> {
  const output = (name: string) => {
    const value = outputs[name];
    // No job has an empty id: it is paused.
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [flinkUrl, jobId, readerUrl, brokers, topic] = [
    output("flinkUrl"),
    output("jobId"),
    output("readerUrl"),
    output("kafkaBootstrapServers"),
    output("topic"),
  ];
  const [memory, containers, job, counted, producer, offsets] = await Promise.all([
    measured ?? (docker && measureMemory(docker, project)),
    docker === undefined ? [] : inspectContainers(docker, project),
    flinkUrl !== undefined && jobId !== undefined ? found(readJob(flinkUrl, jobId)) : undefined,
    readerUrl === undefined ? undefined : found(countRows(readerUrl)),
    docker === undefined ? undefined : producerCounts(docker, project),
    brokers !== undefined && topic !== undefined
      ? readOffsets(brokers, topic).catch(() => undefined)
      : undefined,
  ]);
  const { proof_events: _, ...shown } = counted?.ok ? counted.value : {};
  const rows = counted?.ok ? { ok: true as const, value: shown } : counted;
  const open = Object.entries(outputs).filter(([name]) => !secretOutputs.has(name));
  const { name, stack } = project;
  return {
    project: { name, stack },
    containers: containers.map((container) => ({ ...container, memory: memory?.get(container.id) })),
    outputs: Object.fromEntries(open),
    job,
    paused: outputs.desiredState === "paused",
    savepoint: lastSavepoint(outputs.versions),
    rows,
    account: counted?.ok && offsets ? accountOf(offsets.ends, counted.value) : undefined,
    producer,
    uncommitted: offsets && eventsPast(offsets.ends, offsets.committed),
  };
}

/** Of the newest version that has one. */
export function lastSavepoint(versions: unknown): string | undefined {
  const known = (Array.isArray(versions) ? versions : []) as { version: number; savepoint?: string }[];
  const saved = known.filter(({ savepoint }) => savepoint !== undefined);
  return saved.sort((a, b) => b.version - a.version)[0]?.savepoint;
}

async function found<T>(work: Promise<T>): Promise<Found<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  }
}

async function countRows(url: string): Promise<Record<string, number>> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    application_name: "commerce status",
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const parts = tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
    // One query, one moment. A job that was started anew writes the proof's rows again, until the next proof.
    const { rows } = await client.query<Record<string, string>>(
      `SELECT ${parts.join(", ")}, (SELECT count(*) FROM proof_events
         WHERE transactionId NOT IN (SELECT transactionId FROM transactions WHERE currency = 'XTS')) AS proof_events`,
    );
    return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, number]) => [name, Number(number)]));
  } finally {
    await client.end();
  }
}

async function producerCounts(docker: Docker, project: Project): Promise<ProducerCounts | undefined> {
  const lines = await lastLogLines(docker, project, "producer").catch(() => []);
  return lastCounts(lines);
}

/** The newest line that carries counters. */
export function lastCounts(lines: readonly string[]): ProducerCounts | undefined {
  for (const line of [...lines].reverse()) {
    try {
      const { sent, acknowledged, eventsPerSecond } = JSON.parse(line);
      if (typeof sent !== "number" || typeof acknowledged !== "number") continue;
      const rate = typeof eventsPerSecond === "number" ? eventsPerSecond : undefined;
      return { sent, acknowledged, eventsPerSecond: rate };
    } catch {
      // A line that is not JSON has no counters.
    }
  }
  return undefined;
}

interface Offsets {
  ends: { partition: number; high: string; low: string }[];
  committed: { partition: number; offset: string }[];
}

async function readOffsets(brokers: string, topic: string): Promise<Offsets> {
  const kafka = new Kafka({
    clientId: "commerce-status",
    brokers: brokers.split(","),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 3_000,
    retry: { retries: 1 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const [ends, groups] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId: consumerGroup, topics: [topic] }),
    ]);
    return { ends, committed: groups[0]?.partitions ?? [] };
  } finally {
    await admin.disconnect();
  }
}

/** Undefined while the group has committed nothing (Kafka says -1). */
export function eventsPast(
  ends: readonly { partition: number; high: string; low: string }[],
  committed: readonly { partition: number; offset: string }[],
): number | undefined {
  const offsets = new Map(committed.map(({ partition, offset }) => [partition, Number(offset)]));
  if (![...offsets.values()].some((offset) => offset >= 0)) return undefined;
  return ends.reduce((sum, { partition, high, low }) => {
    const offset = offsets.get(partition) ?? -1;
    return sum + Math.max(0, Number(high) - (offset >= 0 ? offset : Number(low)));
  }, 0);
}
