import type Docker from "dockerode";
import { inspectContainers, type MemoryUse, measureMemory } from "../containers.ts";
import { listVolumes } from "../docker-objects.ts";
import { type FlinkJob, readJob } from "../flink-job.ts";
import type { Project } from "../project.ts";
import { textOutput } from "../text-output.ts";
import type { JobActivity } from "./account.ts";
import { type Events, NO_EVENTS, readEvents } from "./events.ts";
import type { Found, StackReport } from "./facts.ts";
import { found } from "./found.ts";
import { producerCounts } from "./producer-counts.ts";
import { declaredTables } from "./table-rows.ts";
import { readsOf } from "./topic-offsets.ts";
import { readTopicStorage } from "./topic-storage.ts";

/** Used to read the services, and left out of the report. */
const secretOutputs = new Set(["postgresUrl", "readerUrl", "pgadminPassword"]);

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
  const output = (name: string) => textOutput(outputs, name);
  const flinkUrl = output("flinkUrl");
  const jobId = output("jobId");
  const readerUrl = output("readerUrl");
  const brokers = output("kafkaBootstrapServers");
  const topic = output("topic");
  const containers = docker === undefined ? [] : await inspectContainers(docker, project);
  // Where no container runs, no service can answer.
  const mayAnswer = docker === undefined || containers.some(({ state }) => state === "running");
  const reads = readsOf(outputs);
  const paused = outputs.desiredState === "paused";
  const readingJob =
    mayAnswer && flinkUrl !== undefined && jobId !== undefined ? found(readJob(flinkUrl, jobId)) : undefined;
  const readingEvents = async () => {
    const activity = activityOf(paused, await readingJob);
    const deduplicates = outputs.deduplicate !== false;
    return readEvents({ brokers, topic, readerUrl }, { activity, deduplicates, reads });
  };
  const [memory, volumes, job, producer, events, storage] = await Promise.all([
    measured ?? (docker && measureMemory(docker, project)),
    docker === undefined ? [] : listVolumes(docker, project),
    readingJob,
    docker === undefined ? undefined : producerCounts(docker, project),
    mayAnswer ? readingEvents() : NO_EVENTS,
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
    paused,
    savepoint: lastSavepoint(outputs.versions),
    producer,
    ...events,
    storage: storage?.ok ? storage.value : undefined,
    reads,
    missingTables: missingTables(project.dir, events.rows),
  };
}

function activityOf(paused: boolean, job: Found<FlinkJob> | undefined): JobActivity {
  if (paused) return "paused";
  return job?.ok === true && job.value.state === "RUNNING" ? "running" : "down";
}

function missingTables(projectDir: string, rows: Events["rows"]): string[] {
  if (!rows?.ok) return [];
  return declaredTables(projectDir).filter((table) => !(table in rows.value));
}

/** The savepoint of the newest version that has one. */
export function lastSavepoint(versions: unknown): string | undefined {
  const known = (Array.isArray(versions) ? versions : []) as { version: number; savepoint?: string }[];
  const saved = known.filter(({ savepoint }) => savepoint !== undefined);
  return saved.sort((a, b) => b.version - a.version)[0]?.savepoint;
}
