import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "./scope.ts";
import { type ServiceArgs, serviceContainer } from "./service.ts";

const CONFIG = "/opt/flink/conf/zoo.cfg";
const PORT = 2181;

/**
 * The ZooKeeper that Flink's own library brings along: it remembers which jobs run from which checkpoints, so that
 * a JobManager that comes back goes on with them.
 *
 * @param state the folder that all processes of the cluster share, where its data is too: clients that know of more
 *   than a ZooKeeper does are refused by it for good, so that one must not begin anew beside them
 */
export function zooKeeper(
  name: string,
  shared: Pick<ServiceArgs, "scope" | "network" | "image" | "volumes">,
  state: string,
  parent: pulumi.Resource,
): docker.Container {
  return serviceContainer(
    name,
    {
      ...shared,
      service: "zookeeper",
      command: [
        // Without Log4j's configuration it logs errors only, and not each knock of the health check.
        ...["java", "-Xmx64m", "-XX:+UseSerialGC"],
        ...["-cp", "/opt/flink/lib/*", "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer"],
        ...["--zkConfigFile", CONFIG, "--peerId", "1"],
      ],
      files: [{ file: CONFIG, content: zooCfg(`${state}/zookeeper`) }],
      healthCheck: `bash -c '</dev/tcp/localhost/${PORT}'`,
      memory: 256,
    },
    { parent },
  );
}

function zooCfg(dataDir: string): string {
  const options = {
    dataDir,
    clientPort: PORT,
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
 * @param state as for `zooKeeper`
 */
export function zooKeeperOptions({ prefix }: Scope, state: string): Record<string, string> {
  return {
    "high-availability.type": "zookeeper",
    "high-availability.zookeeper.quorum": `zookeeper:${PORT}`,
    "high-availability.storageDir": `file://${state}/high-availability`,
    "high-availability.cluster-id": `/${prefix}`,
    // After so long without a sign of life another may lead: what a killed JobManager's successor waits for.
    "high-availability.zookeeper.client.session-timeout": "10s",
    // A pause of the machine is no reason to restart the jobs.
    "high-availability.zookeeper.client.tolerate-suspended-connections": "true",
  };
}
