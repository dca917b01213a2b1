import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Scope } from "./scope.ts";

/** A port of the container, published on the host's loopback address only. */
export interface PublishedPort {
  internal: number;
  external: number;
}

/** A file put into the container before it starts: the way for secrets, as `docker inspect` does not show it. */
export interface UploadedFile {
  file: string;
  content: pulumi.Input<string>;
  executable?: boolean;
}

export interface ServiceArgs {
  scope: Scope;
  network: docker.Network;
  /** The service's name: the end of the container's name, and its host name in the network. */
  service: string;
  image: pulumi.Input<string>;
  /** Environment. Never a secret. */
  environment?: Record<string, string>;
  command?: string[];
  ports?: PublishedPort[];
  volumes?: { volume: docker.Volume; path: string }[];
  hostPaths?: { host: string; path: string }[];
  files?: UploadedFile[];
  /** A shell command that succeeds when the service is ready. */
  healthCheck: string;
  /** Limit in MiB; swap is not added to it. */
  memory: number;
  /** Seconds that the service gets to end by itself. Default 20. */
  stopGrace?: number;
  /** Seconds until the service must be healthy. Default 120; 0 does not wait. */
  startTimeout?: number;
  /** More labels than the stack's own. */
  labels?: Record<string, string>;
}

/**
 * One container with the rules that hold for all of them: a name that tells project, stack and service,
 * loopback ports, bounded memory and logs, a health check that is waited for, a restart after a crash.
 */
export function serviceContainer(
  name: string,
  args: ServiceArgs,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const { scope, service, startTimeout = 120, stopGrace = 20 } = args;
  const labels = [
    ...scope.labels,
    ...Object.entries(args.labels ?? {}).map(([label, value]) => ({ label, value })),
  ].sort((a, b) => (a.label < b.label ? -1 : 1));
  return new docker.Container(
    name,
    {
      name: `${scope.prefix}-${service}`,
      hostname: service,
      image: args.image,
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
      healthcheck: {
        tests: ["CMD-SHELL", args.healthCheck],
        // Durations as Go prints them: 60s would come back as 1m0s, and be a change at each refresh.
        interval: "5s",
        timeout: "5s",
        retries: 6,
        startPeriod: "1m0s",
      },
      wait: startTimeout > 0,
      waitTimeout: startTimeout > 0 ? startTimeout : undefined,
      memory: args.memory,
      memorySwap: args.memory,
      restart: "unless-stopped",
      destroyGraceSeconds: stopGrace,
      logDriver: "json-file",
      logOpts: { "max-file": "3", "max-size": "10m" },
    },
    // A name and a port can be held by one container at a time.
    pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
  );
}

/** A named volume of the stack; `retain`: it outlives a destroy, and the next `up` takes it over. */
export function stackVolume(
  name: string,
  scope: Scope,
  parent: pulumi.Resource,
  retain = false,
): docker.Volume {
  const args = { name: `${scope.prefix}-${name}`, labels: scope.labels };
  return new docker.Volume(name, args, { parent, retainOnDelete: retain });
}

/** A value that is there once the container is healthy, so that whoever uses it waits for that. */
export function once<T>(container: docker.Container, value: T): pulumi.Output<T> {
  return container.name.apply(() => value);
}
