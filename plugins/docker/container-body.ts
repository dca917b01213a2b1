/** Turns a container's inputs into request bodies of the Docker Engine API. Pure. */
import type { ContainerCreateOptions, HostConfig } from "dockerode";
import { labelMap } from "./client.ts";
import type { ContainerInputs } from "./container-spec.ts";
import { parseDuration } from "./duration.ts";

const MIB = 1024 * 1024;

/** The request that creates the container. Networks are connected afterwards. */
export function createBody(inputs: ContainerInputs): ContainerCreateOptions {
  const { healthcheck } = inputs;
  const ports = (inputs.ports ?? []).map((port) => ({
    ...port,
    key: `${port.internal}/${port.protocol ?? "tcp"}`,
  }));
  // The typings lack CgroupnsMode.
  const hostConfig: HostConfig & { CgroupnsMode?: string } = {
    ...limits(inputs),
    PortBindings: Object.fromEntries(ports.map(({ key }) => [key, bindingsOf(ports, key)])),
    Binds: inputs.volumes?.map(
      ({ volumeName, hostPath, containerPath, readOnly }) =>
        `${volumeName ?? hostPath}:${containerPath}:${readOnly ? "ro" : "rw"}`,
    ),
    Tmpfs: inputs.tmpfs,
    Init: inputs.init,
    ReadonlyRootfs: inputs.readOnly,
    PidMode: inputs.pidMode,
    CgroupnsMode: inputs.cgroupnsMode,
    CapAdd: inputs.capabilities?.adds,
    CapDrop: inputs.capabilities?.drops,
    SecurityOpt: inputs.securityOpts,
    GroupAdd: inputs.groupAdds,
    Ulimits: inputs.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    ShmSize: inputs.shmSize && inputs.shmSize * MIB,
    LogConfig: inputs.logDriver ? { Type: inputs.logDriver, Config: inputs.logOpts ?? {} } : undefined,
  };
  return {
    name: inputs.name,
    Image: inputs.image,
    Cmd: inputs.command,
    Entrypoint: inputs.entrypoints,
    Env: inputs.envs,
    Hostname: inputs.hostname,
    User: inputs.user,
    WorkingDir: inputs.workingDir,
    Labels: labelMap(inputs.labels),
    ExposedPorts: Object.fromEntries(ports.map(({ key }) => [key, {}])),
    Healthcheck: healthcheck && {
      Test: healthcheck.tests,
      Interval: parseDuration(healthcheck.interval ?? "0"),
      Timeout: parseDuration(healthcheck.timeout ?? "0"),
      StartPeriod: parseDuration(healthcheck.startPeriod ?? "0"),
      // Docker before 25 does not know it.
      StartInterval: parseDuration(healthcheck.startInterval ?? "0") || undefined,
      Retries: healthcheck.retries,
    },
    StopTimeout: inputs.stopTimeout,
    HostConfig: hostConfig,
  };
}

/** What can be changed on a running container. */
export function limits(inputs: Partial<ContainerInputs>) {
  // Docker's default is twice the memory, but an update that omits the value keeps the old one.
  const { memory = 0, memorySwap = 2 * memory } = inputs;
  return {
    RestartPolicy: { Name: inputs.restart ?? "no", MaximumRetryCount: 0 },
    Memory: memory * MIB,
    MemorySwap: memorySwap > 0 ? memorySwap * MIB : memorySwap,
    NanoCpus: Math.round(Number(inputs.cpus ?? 0) * 1e9),
  };
}

type Port = { key: string; ip?: string; external?: number };

/** A container port may be published more than once. */
function bindingsOf(ports: Port[], key: string) {
  return ports
    .filter((port) => port.key === key)
    .map(({ ip, external }) => ({
      HostIp: ip ?? "0.0.0.0",
      HostPort: external === undefined ? "" : String(external),
    }));
}
