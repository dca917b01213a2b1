/** The supported inputs of `docker:index/container:Container`, and what a change of each means. */
import type { InputSpec } from "../sdk/input-spec.ts";
import type { CheckFailure } from "../sdk/provider.ts";
import { isUnknown } from "../sdk/values.ts";
import type { Label } from "./client.ts";
import { parseDuration } from "./duration.ts";

export interface ContainerInputs {
  name: string;
  /** A name or an id. */
  image: string;
  command?: string[];
  entrypoints?: string[];
  /** `KEY=value` */
  envs?: string[];
  hostname?: string;
  user?: string;
  groupAdds?: string[];
  workingDir?: string;
  labels?: Label[];
  ports?: { internal: number; external?: number; ip?: string; protocol?: string }[];
  networksAdvanced?: { name: string; aliases?: string[]; ipv4Address?: string; ipv6Address?: string }[];
  volumes?: { volumeName?: string; hostPath?: string; containerPath: string; readOnly?: boolean }[];
  /** Container path to mount options. */
  tmpfs?: Record<string, string>;
  uploads?: Upload[];
  /** Durations such as `5s` or `1m30s`. */
  healthcheck?: {
    tests: string[];
    interval?: string;
    timeout?: string;
    startPeriod?: string;
    startInterval?: string;
    retries?: number;
  };
  init?: boolean;
  readOnly?: boolean;
  pidMode?: string;
  cgroupnsMode?: string;
  capabilities?: { adds?: string[]; drops?: string[] };
  securityOpts?: string[];
  ulimits?: { name: string; soft: number; hard: number }[];
  /** MiB. */
  shmSize?: number;
  logDriver?: string;
  logOpts?: Record<string, string>;
  /** Seconds. */
  stopTimeout?: number;
  restart?: "no" | "on-failure" | "always" | "unless-stopped";
  /** MiB. */
  memory?: number;
  /** MiB of memory and swap together; -1 for no limit. */
  memorySwap?: number;
  /** Such as `1.5`. */
  cpus?: string;
  /** Whether the next `up` starts a container that has stopped. */
  mustRun?: boolean;
  /** Whether `create` and `update` wait until the container is healthy. */
  wait?: boolean;
  /** Seconds. */
  waitTimeout?: number;
  /** Seconds that a deleted container has to stop by itself. Default: it is killed. */
  destroyGraceSeconds?: number;
}

/** A file that is put into the container before it starts. */
export interface Upload {
  file: string;
  content?: string;
  contentBase64?: string;
  executable?: boolean;
  /** Octal, such as `0600`. */
  permissions?: string;
}

export const containerSpec: InputSpec<ContainerInputs> = {
  table: {
    name: "replace",
    image: "replace",
    command: "replace",
    entrypoints: "replace",
    envs: "replace",
    hostname: "replace",
    user: "replace",
    groupAdds: "replace",
    workingDir: "replace",
    labels: "replace",
    ports: "replace",
    networksAdvanced: "replace",
    volumes: "replace",
    tmpfs: "replace",
    uploads: "replace",
    healthcheck: "replace",
    init: "replace",
    readOnly: "replace",
    pidMode: "replace",
    cgroupnsMode: "replace",
    capabilities: "replace",
    securityOpts: "replace",
    ulimits: "replace",
    shmSize: "replace",
    logDriver: "replace",
    logOpts: "replace",
    stopTimeout: "replace",
    restart: "update",
    memory: "update",
    memorySwap: "update",
    cpus: "update",
    // Drift: `read` reports a stopped container as mustRun: false, an unhealthy one as wait: false.
    mustRun: "update",
    wait: "update",
    // These only control what the plugin does.
    waitTimeout: "ignore",
    destroyGraceSeconds: "ignore",
  },
  required: ["name", "image"],
  defaults: { mustRun: true, readOnly: false, restart: "no", wait: false, waitTimeout: 60 },
  fixed: {
    attach: false,
    containerReadRefreshTimeoutMilliseconds: 15000,
    logs: false,
    networkMode: "bridge",
    removeVolumes: true,
    rm: false,
    start: true,
    stdinOpen: false,
    tty: false,
  },
  nested: {
    labels: ["label", "value"],
    ports: ["internal", "external", "ip", "protocol"],
    networksAdvanced: ["name", "aliases", "ipv4Address", "ipv6Address"],
    volumes: ["volumeName", "hostPath", "containerPath", "readOnly"],
    uploads: ["file", "content", "contentBase64", "executable", "permissions"],
    healthcheck: ["tests", "interval", "timeout", "startPeriod", "startInterval", "retries"],
    capabilities: ["adds", "drops"],
    ulimits: ["name", "soft", "hard"],
  },
  nestedDefaults: {
    ports: { ip: "0.0.0.0", protocol: "tcp" },
    volumes: { readOnly: false },
    uploads: { executable: false },
    healthcheck: { interval: "0s", timeout: "0s", startPeriod: "0s", startInterval: "0s", retries: 0 },
  },
  listsDefaults: true,
  ordered: ["command", "entrypoints", "tests", "ports"],
  validate,
};

function validate({ healthcheck }: ContainerInputs): CheckFailure[] {
  return (["interval", "timeout", "startPeriod", "startInterval"] as const).flatMap((key) => {
    const text = healthcheck?.[key];
    if (text === undefined || isUnknown(text) || parseDuration(text) !== undefined) return [];
    return [{ property: `healthcheck.${key}`, reason: `"${text}" is not a duration such as 5s or 1m30s` }];
  });
}
