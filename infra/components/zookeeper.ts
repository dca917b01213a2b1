import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { addressOf, SERVICES } from "../../facts/pipeline.ts";
import { listensOn } from "./health-check.ts";
import { QUICK_START } from "./jvm.ts";
import type { Scope } from "./scope.ts";
import { type ServiceArgs, serviceContainer } from "./service.ts";

const { zooKeeper } = SERVICES;
const CONFIG = "/opt/flink/conf/zoo.cfg";

/**
 * The ZooKeeper that is part of Flink's own library. It remembers which jobs run and from which checkpoints, so that
 * a restarted JobManager resumes them.
 *
 * @param state the folder that all processes of the cluster share. ZooKeeper's data is there too: clients that have
 *   seen a later transaction than their ZooKeeper are refused for good, so it must not start empty beside them
 */
export function zooKeeperContainer(
  name: string,
  shared: Pick<ServiceArgs, "scope" | "network" | "image" | "volumes">,
  state: string,
  parent: pulumi.Resource,
): docker.Container {
  return serviceContainer(
    name,
    {
      ...shared,
      service: zooKeeper.name,
      command: [
        // Without a Log4j configuration it logs errors only, and not every connection of the health check.
        ...["java", "-Xmx64m", ...QUICK_START.split(" ")],
        ...["-cp", "/opt/flink/lib/*", "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer"],
        ...["--zkConfigFile", CONFIG, "--peerId", "1"],
      ],
      files: [{ file: CONFIG, content: zooCfg(`${state}/zookeeper`) }],
      healthCheck: listensOn(zooKeeper.port),
      memory: zooKeeper.memoryLimit,
    },
    { parent },
  );
}

function zooCfg(dataDir: string): string {
  const options = {
    dataDir,
    clientPort: zooKeeper.port,
    tickTime: 1000,
    initLimit: 10,
    syncLimit: 5,
    "admin.enableServer": false,
    "server.1": "localhost:2888:3888",
  };
  return Object.entries(options)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

/**
 * Flink's options for all processes of the cluster.
 *
 * @param state as for `zooKeeperContainer`
 */
export function zooKeeperOptions({ prefix }: Scope, state: string): Record<string, string> {
  return {
    "high-availability.type": "zookeeper",
    "high-availability.zookeeper.quorum": addressOf(zooKeeper),
    "high-availability.storageDir": `file://${state}/high-availability`,
    "high-availability.cluster-id": `/${prefix}`,
    // How long the successor of a killed JobManager waits before it may lead.
    "high-availability.zookeeper.client.session-timeout": "10s",
    // A short pause of the machine must not restart the jobs.
    "high-availability.zookeeper.client.tolerate-suspended-connections": "true",
  };
}
