import type Docker from "dockerode";
import type { Usage } from "../container-usage.ts";
import { inspectContainers } from "../containers.ts";
import { listNames, listVolumes } from "../docker-objects.ts";
import { type FlinkJob, readJob } from "../flink-job.ts";
import type { Project } from "../project.ts";
import { textOutput } from "../text-output.ts";
import type { JobActivity } from "./account.ts";
import { driftBetween } from "./drift.ts";
import { type Events, NO_EVENTS, readEvents } from "./events.ts";
import type { Found, StackReport } from "./facts.ts";
import { found } from "./found.ts";
import { producerCounts } from "./producer-counts.ts";
import type { Recorded } from "./recorded.ts";
import { declaredTables } from "./table-rows.ts";
import { readTopic } from "./topic.ts";
import { readsOf } from "./topic-offsets.ts";

/** Used to read the services, and left out of the report. */
const secretOutputs = new Set(["postgresUrl", "readerUrl", "pgadminPassword"]);

interface ReportOptions {
  /** What the containers use, as it is being measured. By default, that is left out. */
  readonly usage?: Promise<Usage> | undefined;
  /** What is compared with what is there. By default, nothing is. */
  readonly recorded?: Recorded | undefined;
  /** As it is being decrypted. By default, it is among the outputs. */
  readonly readerUrl?: Promise<string | undefined> | undefined;
}

/** Reads everything at once; a service that does not answer is reported as such. */
export async function collectReport(
  project: Project,
  docker: Docker | undefined,
  outputs: Readonly<Record<string, unknown>>,
  { usage, recorded, readerUrl }: ReportOptions = {},
): Promise<StackReport> {
  const output = (name: string) => textOutput(outputs, name);
  const flinkUrl = output("flinkUrl");
  const jobId = output("jobId");
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
    const addresses = { brokers, topic, readerUrl: await (readerUrl ?? output("readerUrl")) };
    return readEvents(addresses, { activity, deduplicates, reads });
  };
  const [used, volumes, names, job, producer, { columns, ...events }, topicFound] = await Promise.all([
    usage,
    docker === undefined ? [] : listVolumes(docker, project),
    recorded && docker && listNames(docker),
    readingJob,
    docker === undefined ? undefined : producerCounts(docker, project),
    mayAnswer ? readingEvents() : NO_EVENTS,
    mayAnswer && brokers !== undefined && topic !== undefined
      ? found(readTopic(brokers, topic, docker, containers))
      : undefined,
  ]);
  const { storage, shape } = topicFound?.ok ? topicFound.value : {};
  const drift =
    recorded &&
    names &&
    driftBetween(recorded, {
      objects: { containers: containers.map((container) => container.name), ...names },
      // A topic that was created again is another one, which has a condition of its own.
      topic: events.isOtherTopic ? undefined : shape,
      columns,
    });
  const { name, stack } = project;
  return {
    project: { name, stack },
    isDockerThere: docker !== undefined,
    containers: containers.map((container) => ({ ...container, ...used?.get(container.id) })),
    volumes: volumes.map((volume) => volume.name),
    outputs: Object.fromEntries(Object.entries(outputs).filter(([key]) => !secretOutputs.has(key))),
    job,
    paused,
    savepoint: lastSavepoint(outputs.versions),
    producer,
    ...events,
    storage,
    drift,
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
