/** The benchmark's own stack, which the project's command creates and destroys. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Kafka } from "kafkajs";
import { containerName, PROJECT, SERVICES } from "../facts/pipeline.ts";
import { type FlinkCluster, flinkCluster, hasEnded } from "../plugins/commerce/clients/flink-rest.ts";
import { type SqlGateway, sqlGateway } from "../plugins/commerce/clients/sql-gateway.ts";
import { waitFor } from "../plugins/commerce/clients/wait.ts";
import { cancel } from "../plugins/commerce/statement-set/job.ts";
import { docker, removeStackResources } from "../test/live/support/docker.ts";
import type { Workspace } from "../test/live/support/workspace.ts";
import { kafkaClient } from "./dataset/load.ts";
import { addJdbcConnector } from "./original/jdbc-connector.ts";
import type { Job } from "./sql.ts";
import type { ProjectJobs } from "./variants.ts";

export const STACK = "bench";
export const PARTITIONS = 4;
export const CONFIG = {
  eventsPerSecond: "0.1",
  partitions: PARTITIONS,
  parallelism: 2,
  taskManagerMemory: 2048,
  // The benchmark changes the job and does not need its state.
  upgradePolicy: "stateless",
  kafkaPort: 38192,
  flinkPort: 38181,
  sqlGatewayPort: 38183,
  postgresPort: 38132,
  pgadminPort: 38150,
};

export interface Bench {
  jobs: ProjectJobs;
  /** The project's tables. */
  tables: string;
  outputs: Record<string, string>;
  kafka: Kafka;
  gateway: SqlGateway;
  flink: FlinkCluster;
  container(service: string): string;
}

export type Log = (text: string) => void;

export async function standUp(workspace: Workspace, log: Log): Promise<Bench> {
  const up = async (config: Record<string, unknown>): Promise<Job> => {
    workspace.configure({ ...CONFIG, ...config });
    const run = await workspace.commerce("up", ["--yes", "--no-proof"]);
    if (run.code !== 0) throw new Error(`commerce up failed:\n${run.text}`);
    return submittedJob(workspace);
  };
  addJdbcConnector(workspace);
  // Twice, so that the project itself renders both jobs.
  log("stack up, without de-duplication");
  const withoutDeduplication = await up({ deduplicate: false });
  log("stack up, everything on");
  const everything = await up({});

  const outputs = await workspace.outputs();
  const bench: Bench = {
    jobs: { everything, withoutDeduplication },
    tables: sqlOf(workspace, "sql/postgres"),
    outputs,
    kafka: kafkaClient(outputs.kafkaBootstrapServers as string),
    gateway: sqlGateway(outputs.sqlGatewayUrl as string),
    flink: flinkCluster(outputs.flinkUrl as string),
    container: (service) => containerName(service, STACK),
  };
  await docker("stop", bench.container(SERVICES.producer.name));
  await cancelAll(bench);
  return bench;
}

/** The job as the project submitted it, from the inputs of its resource in the stack's state. */
function submittedJob(workspace: Workspace): Job {
  const file = `.pulumi-state/.pulumi/stacks/${PROJECT}/${workspace.stack}.json`;
  const { checkpoint } = JSON.parse(workspace.read(file));
  const resource = checkpoint.latest.resources.find(
    ({ type }: { type: string }) => type === "commerce:flink:StatementSet",
  );
  return { files: resource.inputs.files, settings: resource.inputs.settings };
}

function sqlOf(workspace: Workspace, folder: string): string {
  const names = fs.readdirSync(path.join(workspace.dir, folder)).sort();
  return names.map((name) => workspace.read(`${folder}/${name}`)).join("\n");
}

export async function cancelAll({ flink }: Bench): Promise<void> {
  for (const job of await flink.jobs()) if (!hasEnded(job)) await cancel(flink, job.id);
}

/** Starts a new TaskManager process, so that no run inherits heap, compiled code or connections. */
export async function restartTaskManager({ container, outputs }: Bench): Promise<void> {
  const overview = async () => (await fetch(`${outputs.flinkUrl}/taskmanagers`)).json();
  const ids = async () => {
    const { taskmanagers } = (await overview()) as { taskmanagers: { id: string; freeSlots: number }[] };
    return taskmanagers.filter(({ freeSlots }) => freeSlots >= CONFIG.parallelism).map(({ id }) => id);
  };
  const before = new Set(await ids());
  await docker("restart", "--time", "5", container(SERVICES.taskManager.name));
  await waitFor({
    what: "the TaskManager to be back",
    timeoutSeconds: 60,
    probe: async () => ((await ids()).some((id) => !before.has(id)) ? true : undefined),
  });
}

export async function takeDown(workspace: Workspace): Promise<void> {
  await workspace.commerce("destroy", ["--yes"]).catch(() => undefined);
  await removeStackResources(STACK);
  workspace.remove();
}
