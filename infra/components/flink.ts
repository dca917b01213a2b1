import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { PipelineConfig } from "../../facts/config/keys.ts";
import { SERVICES, STATE_DIRECTORY, taskManagerName } from "../../facts/pipeline.ts";
import {
  clusterOptions,
  flinkProperties,
  PGPASS,
  TASK_MANAGER_OVERHEAD,
  taskManagerOptions,
} from "./flink-options.ts";
import { answersHttp } from "./health-check.ts";
import { builtImage, imageFile } from "./images.ts";
import { HIGH_THROUGHPUT, QUICK_START } from "./jvm.ts";
import { pgpassLine, type RoleAccess } from "./postgres.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer, stackVolume, whenHealthy } from "./service.ts";
import { zooKeeperContainer } from "./zookeeper.ts";

export interface FlinkArgs {
  scope: Scope;
  network: docker.Network;
  /** Flink's image, without connectors. */
  image: string;
  /** An image with `mvn`, which fetches the connectors. */
  mavenImage: string;
  /** Ports on this machine. */
  ports: { rest: number; sqlGateway: number };
  taskManagers: number;
  /** Memory of one TaskManager process, in MiB. */
  taskManagerMemory: number;
  parallelism: number;
  stateBackend: PipelineConfig["stateBackend"];
  highAvailability: PipelineConfig["highAvailability"];
  /** Base URL that metrics and traces are sent to. */
  otlpEndpoint: PipelineConfig["otlpEndpoint"];
  /** Whether checkpoints and savepoints survive a destroy. */
  retain: boolean;
  /** The role that the job writes to Postgres as. */
  writer: RoleAccess;
}

const { jobManager, sqlGateway } = SERVICES;

/** To the console, and to a file of bounded size: the official image's own configuration keeps a gigabyte. */
const LOGGING = {
  file: "/opt/flink/conf/log4j-console.properties",
  content: imageFile("flink/conf/log4j-console.properties"),
};

/**
 * A Flink session cluster: JobManager, TaskManagers and the SQL Gateway, all from one image that contains the
 * connectors.
 *
 * @example
 * const flink = new Flink("flink", {
 *   scope, network, image: "flink:2.2.1-java17", mavenImage: "maven:3.9", ports: { rest: 8081, sqlGateway: 8083 },
 *   taskManagers: 1, taskManagerMemory: 1280, parallelism: 1, stateBackend: "rocksdb", highAvailability: "none",
 *   retain: false, writer: role.access,
 * });
 */
export class Flink extends pulumi.ComponentResource {
  /** Holds checkpoints, savepoints and the history of versions, so that the job outlives its containers. */
  readonly state: docker.Volume;
  /** REST API and web UI, for clients on this machine. */
  readonly restUrl: pulumi.Output<string>;
  /** The SQL Gateway's REST API, for clients on this machine. */
  readonly gatewayUrl: pulumi.Output<string>;
  /** Changes when the JobManager's container is replaced: a new one does not know the jobs of the old one. */
  readonly clusterId: pulumi.Output<string>;
  /** A job that depends on these starts when its task slots are there. */
  readonly slots: pulumi.Resource[];

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
    // TaskManagers write checkpoints and savepoints, and the next JobManager reads them.
    this.state = stackVolume(`${name}-state`, args.scope, this, args.retain);
    const volumes = [{ volume: this.state, path: STATE_DIRECTORY }];
    const shared = { scope: args.scope, network: args.network, image, volumes, files: [LOGGING] };
    const options = clusterOptions(args.scope, args);
    const environment = { FLINK_PROPERTIES: flinkProperties(options) };
    const isHighlyAvailable = args.highAvailability === "zookeeper";
    const dependsOn = isHighlyAvailable
      ? [zooKeeperContainer(`${name}-zookeeper`, shared, STATE_DIRECTORY, this)]
      : [];
    const processOpts = { parent: this, dependsOn };

    const manager = serviceContainer(
      `${name}-${jobManager.name}`,
      {
        ...shared,
        service: jobManager.name,
        command: ["jobmanager"],
        environment: { ...environment, JVM_ARGS: QUICK_START },
        ports: [{ internal: jobManager.port, external: args.ports.rest }],
        healthCheck: answersHttp(jobManager.port, "/overview"),
        memory: jobManager.memoryLimit,
      },
      processOpts,
    );

    this.slots = Array.from({ length: args.taskManagers }, (_, index) =>
      serviceContainer(
        `${name}-${taskManagerName(index)}`,
        {
          ...shared,
          service: taskManagerName(index),
          command: ["taskmanager"],
          // The connector reads the password from the pgpass file, so no SQL, plan or log contains it.
          environment: {
            FLINK_PROPERTIES: flinkProperties({ ...options, ...taskManagerOptions(args) }),
            JVM_ARGS: HIGH_THROUGHPUT,
            PGPASSFILE: PGPASS,
          },
          files: [...shared.files, { file: PGPASS, content: pgpassLine(args.writer) }],
          healthCheck: isRegistered(),
          memory: args.taskManagerMemory + TASK_MANAGER_OVERHEAD,
        },
        processOpts,
      ),
    );

    const gateway = serviceContainer(
      `${name}-${sqlGateway.name}`,
      {
        // It mounts the state so that the provider can reach the cluster's files through it.
        ...shared,
        service: sqlGateway.name,
        command: [
          "/opt/flink/bin/sql-gateway.sh",
          "start-foreground",
          "-Dsql-gateway.endpoint.rest.address=0.0.0.0",
          `-Dsql-gateway.endpoint.rest.port=${sqlGateway.port}`,
        ],
        environment: { ...environment, JVM_ARGS: `-Xmx256m ${QUICK_START}` },
        ports: [{ internal: sqlGateway.port, external: args.ports.sqlGateway }],
        healthCheck: answersHttp(sqlGateway.port, "/info"),
        memory: sqlGateway.memoryLimit,
      },
      processOpts,
    );

    this.restUrl = whenHealthy(manager, `http://127.0.0.1:${args.ports.rest}`);
    this.gatewayUrl = whenHealthy(gateway, `http://127.0.0.1:${args.ports.sqlGateway}`);
    this.clusterId = manager.id;
    this.registerOutputs({ restUrl: this.restUrl, gatewayUrl: this.gatewayUrl });
  }
}

/** A health check that succeeds when the JobManager knows the TaskManager, by an address that is its own and is open. */
function isRegistered(): string {
  const addresses = 'grep -oE "@$(hostname -i):[0-9]+/"';
  const isOpen = "while IFS=@:/ read -r _ ip port _; do true </dev/tcp/$ip/$port && exit 0; done; exit 1";
  const test = `{ ${addresses} | (${isOpen}); }`;
  return answersHttp(jobManager.port, "/taskmanagers", { host: jobManager.name, test });
}
