import type Docker from "dockerode";
import { inspectContainers, lastLogLines, type MemoryUse, measureMemory } from "../containers.ts";
import { listVolumes } from "../docker-objects.ts";
import { messageOf } from "../errors.ts";
import { readJob } from "../flink-job.ts";
import type { Project } from "../project.ts";
import { consumerGroup, proofTable } from "../services.ts";
import { accountOf } from "./account.ts";
import type { Found, ProducerCounts, StackReport } from "./facts.ts";
import { countRows, declaredTables } from "./table-rows.ts";
import { accountedOffsets, eventsPast, readOffsets, readsOf, type TopicReads } from "./topic-offsets.ts";
import { readTopicStorage } from "./topic-storage.ts";

/** Used to read the services, and left out of the report. */
const secretOutputs = new Set(["postgresUrl", "readerUrl", "pgadminPassword"]);

/** The report waits no longer than this for any service. */
const limitMs = 10_000;

/**
 * Reads everything at once; a service that does not answer is reported as such.
 *
 * @param measured the containers' memory, where it is being measured already
 */
export async function collectReport(
  project: Project,
  docker: Docker | undefined,
  outputs: Readonly<Record<string, unknown>>,
  measured?: Promise<MemoryUse>,
): Promise<StackReport> {
  const output = (name: string) => {
    const value = outputs[name];
    // A paused job has an empty id.
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const flinkUrl = output("flinkUrl");
  const jobId = output("jobId");
  const readerUrl = output("readerUrl");
  const brokers = output("kafkaBootstrapServers");
  const topic = output("topic");
  const containers = docker === undefined ? [] : await inspectContainers(docker, project);
  // Where no container runs, no service can answer.
  const mayAnswer = docker === undefined || containers.some(({ state }) => state === "running");
  const reads = readsOf(outputs);
  const [memory, volumes, job, producer, events, storage] = await Promise.all([
    measured ?? (docker && measureMemory(docker, project)),
    docker === undefined ? [] : listVolumes(docker, project),
    mayAnswer && flinkUrl !== undefined && jobId !== undefined ? found(readJob(flinkUrl, jobId)) : undefined,
    docker === undefined ? undefined : producerCounts(docker, project),
    mayAnswer ? readEvents(brokers, topic, readerUrl, reads) : NO_EVENTS,
    mayAnswer && brokers !== undefined && topic !== undefined
      ? found(readTopicStorage(brokers, topic, docker, containers))
      : undefined,
  ]);
  const { name, stack } = project;
  return {
    project: { name, stack },
    isDockerThere: docker !== undefined,
    containers: containers.map((container) => ({ ...container, memory: memory?.get(container.id) })),
    volumes: volumes.map((volume) => volume.name),
    outputs: Object.fromEntries(Object.entries(outputs).filter(([key]) => !secretOutputs.has(key))),
    job,
    paused: outputs.desiredState === "paused",
    savepoint: lastSavepoint(outputs.versions),
    producer,
    ...events,
    storage: storage?.ok ? storage.value : undefined,
    reads,
    missingTables: missingTables(project.dir, events.rows),
  };
}

function missingTables(projectDir: string, rows: Events["rows"]): string[] {
  if (!rows?.ok) return [];
  return declaredTables(projectDir).filter((table) => !(table in rows.value));
}

type Events = Pick<StackReport, "rows" | "account" | "uncommitted" | "isOtherTopic" | "kafkaError">;

const NO_EVENTS: Events = {
  rows: undefined,
  account: undefined,
  uncommitted: undefined,
  isOtherTopic: false,
  kafkaError: undefined,
};

/** What has arrived in the topic, and in the tables. */
async function readEvents(
  brokers: string | undefined,
  topic: string | undefined,
  readerUrl: string | undefined,
  reads: TopicReads | undefined,
): Promise<Events> {
  const deadline = Date.now() + limitMs;
  const inTime = <T>(work: Promise<T>) => found(work, deadline - Date.now());
  const offsets = async () =>
    brokers === undefined || topic === undefined
      ? undefined
      : inTime(readOffsets(brokers, topic, consumerGroup));
  const before = await offsets();
  const counted = readerUrl === undefined ? undefined : await inTime(countRows(readerUrl));
  const after = before?.ok ? await offsets() : undefined;
  return {
    rows: counted?.ok ? { ok: true, value: withoutProof(counted.value) } : counted,
    account:
      before?.ok && counted?.ok && after?.ok
        ? accountOf(
            accountedOffsets(before.value.partitions, reads),
            counted.value,
            accountedOffsets(after.value.partitions, reads),
          )
        : undefined,
    uncommitted: before?.ok ? eventsPast(before.value) : undefined,
    isOtherTopic: before?.ok === true && reads !== undefined && before.value.topicId !== reads.topicId,
    kafkaError: [before, after].flatMap((read) => (read?.ok === false ? [read.error] : []))[0],
  };
}

function withoutProof(rows: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(rows).filter(([table]) => table !== proofTable));
}

/** The savepoint of the newest version that has one. */
export function lastSavepoint(versions: unknown): string | undefined {
  const known = (Array.isArray(versions) ? versions : []) as { version: number; savepoint?: string }[];
  const saved = known.filter(({ savepoint }) => savepoint !== undefined);
  return saved.sort((a, b) => b.version - a.version)[0]?.savepoint;
}

async function found<T>(work: Promise<T>, remainingMs = limitMs): Promise<Found<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), remainingMs);
  });
  try {
    return { ok: true, value: await Promise.race([work, timeout]) };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function producerCounts(docker: Docker, project: Project): Promise<ProducerCounts | undefined> {
  const lines = await lastLogLines(docker, project, "producer").catch(() => []);
  return lastCounts(lines);
}

/** The newest line that has counters. */
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
