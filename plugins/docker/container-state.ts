/** Turns what the Docker Engine reports about a container into inputs and outputs. Pure. */
import type { ContainerInspectInfo } from "dockerode";
import type { PropertyMap } from "../sdk/values.ts";
import { type ContainerInputs, containerSpec } from "./container-spec.ts";

const MIB = 1024 * 1024;

export type ContainerOutputs = ContainerInputs & PropertyMap;

/**
 * The inputs with what has changed since they were applied: name, limits, networks, and whether it runs. Nothing
 * else of a container can change.
 *
 * @param known absent for a container that is being imported
 */
export function observedInputs(live: ContainerInspectInfo, known?: ContainerInputs): ContainerInputs {
  const { HostConfig: host, State: state } = live;
  const inputs: ContainerInputs = {
    ...(known ?? { ...containerSpec.fixed, ...containerSpec.defaults, image: live.Image }),
    name: live.Name.slice(1),
    restart: (host.RestartPolicy?.Name || "no") as ContainerInputs["restart"],
    memory: known?.memory === undefined && !host.Memory ? undefined : (host.Memory ?? 0) / MIB,
  };
  if (known?.memorySwap !== undefined && host.MemorySwap !== undefined) {
    inputs.memorySwap = host.MemorySwap > 0 ? host.MemorySwap / MIB : host.MemorySwap;
  }
  if (known?.cpus !== undefined && Number(known.cpus) * 1e9 !== host.NanoCpus) {
    inputs.cpus = String((host.NanoCpus ?? 0) / 1e9);
  }
  if (known?.networksAdvanced) {
    const attached = live.NetworkSettings.Networks;
    const ids = Object.values(attached).map(({ NetworkID }) => NetworkID);
    inputs.networksAdvanced = known.networksAdvanced.filter(
      ({ name }) => name in attached || ids.includes(name),
    );
  }
  // A stopped or unhealthy container is reported as one that need not run or be healthy: the next `up` corrects that.
  if (inputs.mustRun && !state.Running) inputs.mustRun = false;
  if (inputs.wait && state.Running && state.Health?.Status !== "healthy") inputs.wait = false;
  return inputs;
}

/** As the official plugin records them. */
export function outputsOf(inputs: ContainerInputs, live: ContainerInspectInfo): ContainerOutputs {
  const { Config: config, HostConfig: host } = live;
  return {
    ...containerSpec.fixed,
    ...containerSpec.defaults,
    ...inputs,
    image: live.Image,
    bridge: "",
    command: config.Cmd ?? [],
    entrypoints: toList(config.Entrypoint),
    envs: inputs.envs ?? [],
    exitCode: live.State.Running ? undefined : live.State.ExitCode,
    hostname: config.Hostname,
    init: host.Init ?? false,
    ipcMode: host.IpcMode,
    logDriver: host.LogConfig?.Type,
    networkDatas: Object.entries(live.NetworkSettings.Networks).map(([networkName, network]) => ({
      networkName,
      ipAddress: network.IPAddress,
      ipPrefixLength: network.IPPrefixLen,
      gateway: network.Gateway,
      globalIpv6Address: network.GlobalIPv6Address,
      globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
      ipv6Gateway: network.IPv6Gateway,
      macAddress: network.MacAddress,
    })),
    runtime: host.Runtime,
    securityOpts: host.SecurityOpt ?? [],
    shmSize: (host.ShmSize ?? 0) / MIB,
    // The version of the official plugin's schema, see SCHEMA_VERSION_1.
    __meta: '{"schema_version":"2"}',
  };
}

function toList(value: string | string[] | null | undefined): string[] {
  return value ? [value].flat() : [];
}
