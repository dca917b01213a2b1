import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { datadogLabels } from "./datadog-labels.ts";
import { healthChecks } from "./health-check.ts";
import type { Scope } from "./scope.ts";

/** A port of the container, published on the host's loopback address only. */
export interface PublishedPort {
  internal: number;
  external: number;
}

/** A file that is put into the container before it starts. `docker inspect` does not show it, so it may be a secret. */
export interface UploadedFile {
  file: string;
  content: pulumi.Input<string>;
  /** @default false */
  executable?: boolean;
}

export interface ServiceArgs {
  scope: Scope;
  network: docker.Network;
  /** The service's name: the end of the container's name, and its host name in the network. */
  service: string;
  image: pulumi.Input<string>;
  /**
   * Environment variables. Never a secret: `docker inspect` shows them.
   * @default none
   */
  environment?: Record<string, string>;
  /** @default the image's own entry point */
  entrypoint?: string[];
  /** @default the image's own command */
  command?: string[];
  /** @default no port is published */
  ports?: PublishedPort[];
  /** @default none */
  volumes?: { volume: docker.Volume; path: string }[];
  /**
   * Paths of the host, mounted read-only.
   * @default none
   */
  hostPaths?: { host: string; path: string }[];
  /** @default none */
  files?: UploadedFile[];
  /** A shell command that succeeds when the service is ready. */
  healthCheck: string;
  /** Memory limit in MiB. There is no swap in addition. */
  memory: number;
  /**
   * Seconds that the service has to stop by itself.
   * @default 20
   */
  stopGrace?: number;
  /**
   * Seconds until the service must be healthy; 0 does not wait.
   * @default the stack's
   */
  startTimeout?: number;
  /**
   * Whether it is in the machine's namespaces of processes and control groups.
   * @default false
   */
  seesHostProcesses?: boolean;
}

/**
 * A container with the rules that apply to every service: a name made of project, stack and service, ports on
 * loopback only, limited memory and logs, a health check that the deployment waits for, and a restart after a crash.
 *
 * @example
 * serviceContainer("cache", { scope, network, service: "cache", image, healthCheck: "redis-cli ping", memory: 128 }, { parent })
 */
export function serviceContainer(
  name: string,
  args: ServiceArgs,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const { scope, service, startTimeout = scope.startTimeout, stopGrace = 20 } = args;
  const labels = [
    ...scope.labels,
    ...Object.entries(datadogLabels(pulumi.getStack(), service)).map(([label, value]) => ({ label, value })),
  ].sort((a, b) => (a.label < b.label ? -1 : 1));
  return new docker.Container(
    name,
    {
      name: `${scope.prefix}-${service}`,
      hostname: service,
      image: args.image,
      entrypoints: args.entrypoint,
      command: args.command,
      envs: Object.entries(args.environment ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .sort(),
      labels,
      networksAdvanced: [{ name: args.network.name, aliases: [service] }],
      ports: args.ports?.map((port) => ({ ...port, ip: "127.0.0.1" })),
      volumes: [
        ...(args.volumes ?? []).map(({ volume, path }) => ({ volumeName: volume.name, containerPath: path })),
        ...(args.hostPaths ?? []).map(({ host, path }) => ({
          hostPath: host,
          containerPath: path,
          readOnly: true,
        })),
      ],
      uploads: args.files,
      ...(args.seesHostProcesses && { pidMode: "host", cgroupnsMode: "host" }),
      healthcheck: healthChecks(args.healthCheck),
      wait: startTimeout > 0,
      waitTimeout: startTimeout > 0 ? startTimeout : undefined,
      memory: args.memory,
      memorySwap: args.memory,
      restart: "unless-stopped",
      destroyGraceSeconds: stopGrace,
      logDriver: "json-file",
      logOpts: { "max-file": "3", "max-size": "10m" },
    },
    // Two containers cannot have the same name or port at the same time.
    pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
  );
}

/**
 * A named volume of the stack.
 *
 * @param retain whether it survives a destroy, so that the next `up` adopts it
 */
export function stackVolume(
  name: string,
  scope: Scope,
  parent: pulumi.Resource,
  retain = false,
): docker.Volume {
  const args = { name: `${scope.prefix}-${name}`, labels: scope.labels };
  // Docker cannot change labels: the volume would be replaced by an empty one.
  return new docker.Volume(name, args, { parent, retainOnDelete: retain, ignoreChanges: ["labels"] });
}

/** A value that resolves when the container is healthy, so that resources that use it wait until then. */
export function whenHealthy<T>(container: docker.Container, value: T): pulumi.Output<T> {
  return container.name.apply(() => value);
}
