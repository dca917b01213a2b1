import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DATADOG_AGENT, SERVICES } from "../../facts/pipeline.ts";
import { SECRETS } from "./datadog-checks.ts";
import { pulledImage } from "./images.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer } from "./service.ts";

export interface DatadogArgs {
  scope: Scope;
  network: docker.Network;
  /** With a Java runtime, for the broker's metrics: a tag that ends in `-jmx`. */
  image: string;
  apiKey: pulumi.Output<string>;
  /** A Datadog site such as `datadoghq.eu`. */
  site: string;
  /** Of the role that the Postgres check uses. */
  postgresPassword: pulumi.Output<string>;
  kafkaJmxPassword: pulumi.Output<string>;
}

/** What the Agent reads of the machine, by where it expects it. */
const HOST_PATHS = {
  "/var/run/docker.sock": "/var/run/docker.sock",
  "/host/proc": "/proc",
  "/host/sys/fs/cgroup": "/sys/fs/cgroup",
  // Names of users, for the list of processes.
  "/etc/passwd": "/etc/passwd",
  // Logs, as files. Without them, as with another data root, the Agent reads them from the socket.
  "/var/lib/docker/containers": "/var/lib/docker/containers",
};

/**
 * The Datadog Agent. It finds the stack's containers through Docker's socket, and what to do with each in its labels
 * (datadog-labels.ts). Nothing waits for it.
 *
 * @example
 * new Datadog("datadog", {
 *   scope, network, image: "datadog/agent:7.83.1-jmx", apiKey, site: "datadoghq.eu", postgresPassword, kafkaJmxPassword,
 * });
 */
export class Datadog extends pulumi.ComponentResource {
  constructor(name: string, args: DatadogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Datadog", name, {}, opts);
    const { scope } = args;
    const image = pulledImage(`${name}-image`, args.image, this);
    serviceContainer(
      `${name}-agent`,
      {
        scope,
        network: args.network,
        service: DATADOG_AGENT.name,
        image,
        environment: {
          // The Agent reads secrets from /run/secrets itself.
          DD_SECRET_BACKEND_TYPE: "docker.secrets",
          DD_API_KEY: `ENC[${SECRETS.apiKey}]`,
          DD_SITE: args.site,
          DD_HOSTNAME: scope.prefix,
          DD_ENV: pulumi.getStack(),
          DD_TAGS: `project:${pulumi.getProject()} stack:${pulumi.getStack()}`,
          // Other containers on the machine are not this stack's business.
          DD_CONTAINER_EXCLUDE: "name:.*",
          DD_CONTAINER_INCLUDE: `name:${stackContainers(scope)}`,
          DD_LOGS_ENABLED: "true",
          DD_PROCESS_CONFIG_PROCESS_COLLECTION_ENABLED: "true",
          // Data streams are reported to the port of traces, from the stack's network only.
          DD_APM_ENABLED: "true",
          DD_APM_NON_LOCAL_TRAFFIC: "true",
          DD_APM_RECEIVER_PORT: String(DATADOG_AGENT.tracePort),
        },
        files: [
          { file: `/run/secrets/${SECRETS.apiKey}`, content: args.apiKey },
          { file: `/run/secrets/${SECRETS.postgres}`, content: args.postgresPassword },
          { file: `/run/secrets/${SECRETS.kafkaJmx}`, content: args.kafkaJmxPassword },
        ],
        hostPaths: Object.entries(HOST_PATHS).map(([path, host]) => ({ host, path })),
        seesHostProcesses: true,
        healthCheck: "agent health",
        memory: DATADOG_AGENT.memoryLimit,
        // A wrong key makes the Agent unhealthy; the pipeline must start.
        startTimeout: 0,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** Matches the names of this stack's containers, and not those of a stack whose name only begins alike. */
function stackContainers(scope: Scope): string {
  const names = [...Object.values(SERVICES), DATADOG_AGENT].map(({ name }) => name);
  return `^${scope.prefix.replaceAll(".", "\\.")}-(${names.join("|")})(-[0-9]+)?$`;
}
