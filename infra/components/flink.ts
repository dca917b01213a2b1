import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { PipelineConfig } from "../config.ts";
import { builtImage } from "./images.ts";
import { pgpassLine, type RoleAccess } from "./postgres.ts";
import type { Scope } from "./scope.ts";
import { once, serviceContainer, stackVolume } from "./service.ts";
import { zooKeeper, zooKeeperOptions } from "./zookeeper.ts";

export interface FlinkArgs {
  scope: Scope;
  network: docker.Network;
  /** Flink's image, without connectors. */
  image: string;
  /** An image with `mvn`, which fetches the connectors. */
  mavenImage: string;
  ports: { flink: number; sqlGateway: number };
  taskManagers: number;
  /** MiB of one TaskManager process. */
  taskManagerMemory: number;
  parallelism: number;
  stateBackend: PipelineConfig["stateBackend"];
  highAvailability: PipelineConfig["highAvailability"];
  /** Whether checkpoints and savepoints outlive a destroy. */
  retain: boolean;
  /** The role that the job writes to Postgres with. */
  writer: RoleAccess;
}

const STATE = "/opt/flink/state";
const PGPASS = "/opt/flink/secrets/pgpass";
const JOB_MANAGER_MEMORY = 1024;
/**
 * When the JVM compiles a method once more, with all its might: after sixteen times as many calls and loops as by
 * default. Each job's code is new to it, and by default its compiler takes a fifth of two cores for the first million
 * events, mostly for methods that were fast enough (docs/decisions/0011).
 */
const COMPILE_LATER = Object.entries({
  Tier4InvocationThreshold: 80_000,
  Tier4MinInvocationThreshold: 9_600,
  Tier4CompileThreshold: 240_000,
  Tier4BackEdgeThreshold: 640_000,
})
  .map(([option, count]) => `-XX:${option}=${count}`)
  .join(" ");

/** A Flink session cluster: JobManager, TaskManagers and the SQL Gateway, one image with the connectors in it. */
export class Flink extends pulumi.ComponentResource {
  readonly jobManager: docker.Container;
  /** Holds checkpoints, savepoints and the history of versions: the job outlives its cluster's containers in it. */
  readonly state: docker.Volume;
  readonly taskManagers: docker.Container[];
  readonly sqlGateway: docker.Container;
  /** REST API and web UI, from this machine. */
  readonly restUrl: pulumi.Output<string>;
  /** The SQL Gateway's REST API, from this machine. */
  readonly gatewayUrl: pulumi.Output<string>;
  /** Changes with the JobManager's container: jobs live and die with it. */
  readonly clusterId: pulumi.Output<string>;

  constructor(name: string, args: FlinkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Flink", name, {}, opts);
    const image = builtImage(
      name,
      {
        scope: args.scope,
        context: "flink-jars",
        buildArgs: { FLINK_IMAGE: args.image, MAVEN_IMAGE: args.mavenImage },
      },
      this,
    );
    // Checkpoints and savepoints: written by the TaskManagers, read by whichever JobManager comes next.
    this.state = stackVolume(`${name}-state`, args.scope, this, args.retain);
    const shared = { scope: args.scope, network: args.network, image };
    const options = clusterOptions(args);
    const environment = { FLINK_PROPERTIES: flinkProperties(options) };
    const volumes = [{ volume: this.state, path: STATE }];
    const keeper = { ...shared, volumes };
    const own = {
      parent: this,
      dependsOn:
        args.highAvailability === "zookeeper" ? [zooKeeper(`${name}-zookeeper`, keeper, STATE, this)] : [],
    };

    this.jobManager = serviceContainer(
      `${name}-jobmanager`,
      {
        ...shared,
        service: "jobmanager",
        command: ["jobmanager"],
        environment,
        volumes,
        ports: [{ internal: 8081, external: args.ports.flink }],
        healthCheck: "bash -c '</dev/tcp/localhost/8081'",
        memory: JOB_MANAGER_MEMORY + 128,
      },
      own,
    );

    this.taskManagers = Array.from({ length: args.taskManagers }, (_, index) => {
      const service = args.taskManagers === 1 ? "taskmanager" : `taskmanager-${index + 1}`;
      return serviceContainer(
        `${name}-${service}`,
        {
          ...shared,
          service,
          command: ["taskmanager"],
          // The JDBC driver takes the password from this file, so that no SQL, plan or log ever holds it.
          environment: {
            FLINK_PROPERTIES: flinkProperties({ ...options, ...taskManagerOptions(args) }),
            PGPASSFILE: PGPASS,
          },
          files: [{ file: PGPASS, content: pgpassLine(args.writer) }],
          volumes,
          healthCheck: "bash -c '</dev/tcp/localhost/6122'",
          memory: args.taskManagerMemory + 256,
        },
        own,
      );
    });

    this.sqlGateway = serviceContainer(
      `${name}-sql-gateway`,
      {
        ...shared,
        service: "sql-gateway",
        command: [
          "/opt/flink/bin/sql-gateway.sh",
          "start-foreground",
          "-Dsql-gateway.endpoint.rest.address=0.0.0.0",
          "-Dsql-gateway.endpoint.rest.port=8083",
        ],
        environment: { ...environment, JVM_ARGS: "-Xmx256m" },
        // The way to the cluster's files, for whoever is not in the cluster.
        volumes,
        ports: [{ internal: 8083, external: args.ports.sqlGateway }],
        healthCheck: "bash -c '</dev/tcp/localhost/8083'",
        memory: 768,
      },
      own,
    );

    this.restUrl = once(this.jobManager, `http://127.0.0.1:${args.ports.flink}`);
    this.gatewayUrl = once(this.sqlGateway, `http://127.0.0.1:${args.ports.sqlGateway}`);
    this.clusterId = this.jobManager.id;
    this.registerOutputs({ restUrl: this.restUrl, gatewayUrl: this.gatewayUrl });
  }
}

type Options = Record<string, string | number>;

/** As the image's entry point takes them. */
function flinkProperties(options: Options): string {
  return Object.entries(options)
    .map(([key, value]) => `${key}: ${value}`)
    .join("\n");
}

/** Of a TaskManager alone: a cluster that is given more slots or memory keeps its JobManager, and the jobs in it. */
function taskManagerOptions(args: FlinkArgs): Options {
  return {
    "taskmanager.memory.process.size": `${args.taskManagerMemory}m`,
    // Of what is left over for the job: RocksDB's cache; with the state on the heap it would lie idle.
    "taskmanager.memory.managed.fraction": args.stateBackend === "rocksdb" ? 0.3 : 0.05,
    "taskmanager.numberOfTaskSlots": Math.ceil(args.parallelism / args.taskManagers),
    "taskmanager.rpc.port": 6122,
    // Throughput counts, and pauses of a few hundred milliseconds do not: a fifth less CPU than G1
    // (docs/decisions/0011).
    "env.java.opts.taskmanager": `-XX:+UseParallelGC ${COMPILE_LATER}`,
  };
}

/** Of all processes of the cluster. */
function clusterOptions(args: FlinkArgs): Options {
  return {
    "jobmanager.rpc.address": "jobmanager",
    "rest.address": "jobmanager",
    "rest.bind-address": "0.0.0.0",
    // By default the REST API shows a job's state as it was up to three seconds ago.
    "web.refresh-interval": 500,
    // A TaskManager turns to a JobManager that has come back only when it gives up the one before: not after 50 s.
    "heartbeat.interval": 5_000,
    "heartbeat.timeout": 25_000,
    "jobmanager.memory.process.size": `${JOB_MANAGER_MEMORY}m`,
    // Without it checkpoints go to the JobManager's heap, 5 MB at most.
    "execution.checkpointing.dir": `file://${STATE}/checkpoints`,
    "execution.checkpointing.savepoint-dir": `file://${STATE}/savepoints`,
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "execution.checkpointing.num-retained": 3,
    // Most ids are new: a filter saves the look into the files for them.
    "state.backend.rocksdb.use-bloom-filter": "true",
    "execution.checkpointing.incremental": "true",
    "restart-strategy.type": "exponential-delay",
    "restart-strategy.exponential-delay.initial-backoff": "1s",
    "restart-strategy.exponential-delay.max-backoff": "30s",
    ...(args.highAvailability === "zookeeper" && zooKeeperOptions(args.scope, STATE)),
  };
}

/** Options of one job, set in the session that submits it. */
export function jobSettings(
  config: Pick<PipelineConfig, "parallelism" | "checkpointInterval" | "deduplicationTtl" | "stateBackend">,
): Record<string, string> {
  return {
    "parallelism.default": String(config.parallelism),
    // The job's own and not the cluster's: savepoints carry the state from one to the other.
    "state.backend.type": config.stateBackend,
    "execution.checkpointing.interval": `${config.checkpointInterval * 1000} ms`,
    // For ids of transactions; what must not be forgotten says so in the SQL.
    "table.exec.state.ttl": `${Math.round(config.deduplicationTtl * 3_600)} s`,
    // All sinks read the same views: without this their work, de-duplication too, would be done once for each.
    "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
    "table.local-time-zone": "UTC",
    // No mini-batch: it would put the wall clock in place of the watermark, and close each minute too early
    // (docs/decisions/0008).
    // No operator here keeps a row that it has passed on.
    "pipeline.object-reuse": "true",
  };
}
