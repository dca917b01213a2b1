/** Flink's configuration options, by the process or job that they apply to. */
import type { PipelineConfig } from "../../facts/config/keys.ts";
import { SERVICES, STATE_DIRECTORY } from "../../facts/pipeline.ts";
import { reporterOptions } from "./flink-reporters.ts";
import type { Scope } from "./scope.ts";
import { zooKeeperOptions } from "./zookeeper.ts";

type Options = Record<string, string | number>;

export const PGPASS = "/opt/flink/secrets/pgpass";
/** MiB that a container needs in addition to the memory that Flink plans for the process in it. */
export const TASK_MANAGER_OVERHEAD = 256;
const JOB_MANAGER_OVERHEAD = 128;

const { jobManager } = SERVICES;

/**
 * The format that the image's entry point reads. It removes every blank, so options of the JVM go into JVM_ARGS instead.
 */
export function flinkProperties(options: Options): string {
  return Object.entries(options)
    .map(([key, value]) => `${key}: ${value}`)
    .join("\n");
}

/** Options of TaskManagers only, so that a change of slots or memory does not replace the JobManager and its jobs. */
export function taskManagerOptions(
  config: Pick<PipelineConfig, "taskManagerMemory" | "stateBackend" | "parallelism" | "taskManagers">,
): Options {
  return {
    "taskmanager.memory.process.size": `${config.taskManagerMemory}m`,
    // RocksDB's cache, as a share of the memory that is left for the job. State on the heap does not use it.
    "taskmanager.memory.managed.fraction": config.stateBackend === "rocksdb" ? 0.3 : 0.05,
    "taskmanager.numberOfTaskSlots": Math.ceil(config.parallelism / config.taskManagers),
    // Any free one. The JobManager goes on calling a TaskManager that crashed, and these calls would reach the restarted
    // one if it had the same address. Then neither side may be able to use the connection of the other, for minutes.
    "taskmanager.rpc.port": 0,
  };
}

/** Options of all processes of the cluster. */
export function clusterOptions(
  scope: Scope,
  { highAvailability, otlpEndpoint }: Pick<PipelineConfig, "highAvailability" | "otlpEndpoint">,
): Options {
  return {
    "jobmanager.rpc.address": jobManager.name,
    "rest.address": jobManager.name,
    "rest.bind-address": "0.0.0.0",
    // By default the REST API shows a job's state as it was up to three seconds ago.
    "web.refresh-interval": 500,
    // A TaskManager registers with a restarted JobManager only after it has given up the old one. Default: 50 s.
    "heartbeat.interval": 5_000,
    "heartbeat.timeout": 25_000,
    "jobmanager.memory.process.size": `${jobManager.memoryLimit - JOB_MANAGER_OVERHEAD}m`,
    // Without it checkpoints go to the JobManager's heap, 5 MB at most.
    "execution.checkpointing.dir": `file://${STATE_DIRECTORY}/checkpoints`,
    "execution.checkpointing.savepoint-dir": `file://${STATE_DIRECTORY}/savepoints`,
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "execution.checkpointing.num-retained": 3,
    // Most ids are new: the filter answers for them without a read of the files.
    "state.backend.rocksdb.use-bloom-filter": "true",
    "execution.checkpointing.incremental": "true",
    "restart-strategy.type": "exponential-delay",
    "restart-strategy.exponential-delay.initial-backoff": "1s",
    "restart-strategy.exponential-delay.max-backoff": "30s",
    ...reporterOptions(scope, otlpEndpoint),
    ...(highAvailability === "zookeeper" && zooKeeperOptions(scope, STATE_DIRECTORY)),
  };
}

/** Options of one job, set in the session that submits it. */
export function jobSettings(
  config: Pick<PipelineConfig, "parallelism" | "checkpointInterval" | "deduplicationTtl" | "stateBackend">,
): Record<string, string> {
  return {
    "parallelism.default": String(config.parallelism),
    // An option of the job and not of the cluster: a savepoint carries the state from one backend to the other.
    "state.backend.type": config.stateBackend,
    "execution.checkpointing.interval": `${config.checkpointInterval * 1000} ms`,
    // For transaction ids. State that must not expire says so in the SQL.
    "table.exec.state.ttl": `${Math.round(config.deduplicationTtl * 3_600)} s`,
    // All sinks read the same views. Without this, each would repeat their work, de-duplication included.
    "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
    "table.local-time-zone": "UTC",
    // No mini-batch: the windows of 0.5 s in the SQL save the same work (docs/decisions/0011).
    // Safe because no operator here keeps a row after passing it on.
    "pipeline.object-reuse": "true",
  };
}
