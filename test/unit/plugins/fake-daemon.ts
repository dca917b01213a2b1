/** A fake Docker daemon with exactly the resources of a recorded state. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { PropertyMap } from "../../../plugins/sdk/values.ts";
import type { RecordedResource } from "./recorded-states.ts";

const MIB = 1024 * 1024;

export interface FakeDaemon {
  /** For DOCKER_HOST. */
  host: string;
  stop(): void;
}

/** @param change applied to the daemon's answer about a container */
export async function startFakeDaemon(
  resources: RecordedResource[],
  change: (container: PropertyMap) => PropertyMap = (container) => container,
): Promise<FakeDaemon> {
  const objects = new Map(resources.flatMap((resource) => objectsOf(resource, change)));
  const server = createServer((request, response) => {
    const object = objects.get(decodeURIComponent(request.url ?? ""));
    response.writeHead(object ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(object ?? { message: "no such object" }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { host: `tcp://127.0.0.1:${port}`, stop: () => server.closeAllConnections() };
}

function objectsOf(
  { type, id, outputs }: RecordedResource,
  change: (container: PropertyMap) => PropertyMap,
): [string, PropertyMap][] {
  const { name, driver, scope, mountpoint, imageName, imageId, repoDigest } = outputs;
  const labels = outputs.labels as { label: string; value: string }[] | undefined;
  const Labels = Object.fromEntries(labels?.map(({ label, value }) => [label, value]).reverse() ?? []);
  switch (type) {
    case "docker:index/container:Container":
      return [[`/containers/${id}/json`, change(containerOf(id, outputs))]];
    case "docker:index/network:Network":
      return [[`/networks/${id}`, { Id: id, Name: name, Driver: driver, Scope: scope, Labels }]];
    case "docker:index/volume:Volume":
      return [[`/volumes/${id}`, { Name: name, Driver: driver, Mountpoint: mountpoint, Labels }]];
    case "docker:index/image:Image":
      return [[`/images/${imageName}/json`, { Id: repoDigest, RepoDigests: [] }]];
    case "docker:index/remoteImage:RemoteImage":
      return [[`/images/${name}/json`, { Id: imageId, RepoDigests: [] }]];
    default:
      return [];
  }
}

function containerOf(id: string, outputs: PropertyMap): PropertyMap {
  const networks = outputs.networkDatas as Record<string, unknown>[];
  return {
    Id: id,
    Name: `/${outputs.name}`,
    Image: outputs.image,
    State: { Running: true, ExitCode: 0, Health: { Status: "healthy" } },
    Config: { Cmd: outputs.command, Entrypoint: outputs.entrypoints, Hostname: outputs.hostname },
    HostConfig: {
      RestartPolicy: { Name: outputs.restart },
      Memory: Number(outputs.memory) * MIB,
      MemorySwap: Number(outputs.memorySwap) * MIB,
      NanoCpus: 0,
      Init: outputs.init,
      IpcMode: outputs.ipcMode,
      LogConfig: { Type: outputs.logDriver },
      Runtime: outputs.runtime,
      SecurityOpt: outputs.securityOpts,
      ShmSize: Number(outputs.shmSize) * MIB,
    },
    NetworkSettings: {
      Networks: Object.fromEntries(
        networks.map((network) => [
          network.networkName,
          {
            NetworkID: "network-id",
            IPAddress: network.ipAddress,
            IPPrefixLen: network.ipPrefixLength,
            Gateway: network.gateway,
            GlobalIPv6Address: network.globalIpv6Address,
            GlobalIPv6PrefixLen: network.globalIpv6PrefixLength,
            IPv6Gateway: network.ipv6Gateway,
            MacAddress: network.macAddress,
          },
        ]),
      ),
    },
  };
}
