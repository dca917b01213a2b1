/** A small Flink session cluster for one test file, without a volume, on a network of its own. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { QUICK_START } from "../../../infra/components/jvm.ts";
import { type FlinkCluster, flinkCluster } from "../../../plugins/commerce/clients/flink-rest.ts";
import { type SqlGateway, sqlGateway } from "../../../plugins/commerce/clients/sql-gateway.ts";
import { testImage } from "../plugins/support.ts";
import { docker } from "./docker.ts";
import { testName } from "./leftovers.ts";

export interface TestFlink {
  /** A Docker network in which containers are reached by name. */
  readonly network: string;
  /** Available once the first test runs, like the two below. */
  readonly gateway: SqlGateway;
  readonly cluster: FlinkCluster;
  readonly taskManager: string;
}

const OPTIONS = {
  "jobmanager.rpc.address": "jobmanager",
  "rest.address": "jobmanager",
  "rest.bind-address": "0.0.0.0",
  "web.refresh-interval": 100,
  "heartbeat.interval": 1_000,
  "heartbeat.timeout": 10_000,
  "jobmanager.memory.process.size": "768m",
  "taskmanager.memory.process.size": "1g",
  "taskmanager.memory.managed.fraction": 0.05,
  "taskmanager.numberOfTaskSlots": 2,
  "sql-gateway.endpoint.rest.address": "0.0.0.0",
};

/** Builds the project's Flink image, unless Docker has it already. @returns its id */
export async function flinkImage(): Promise<string> {
  const context = fileURLToPath(new URL("../../../flink-jars", import.meta.url));
  const images = [`FLINK_IMAGE=${testImage("flink")}`, `MAVEN_IMAGE=${testImage("maven")}`];
  const args = images.flatMap((image) => ["--build-arg", image]);
  return (await docker("build", "--quiet", ...args, context)).split("\n").at(-1) ?? "";
}

export function useFlink(name: string): TestFlink {
  const network = testName(name);
  const container = (service: string) => `${network}-${service}`;
  const services = {
    jobmanager: { command: ["jobmanager"], port: "8081", memory: "896m" },
    taskmanager: { command: ["taskmanager"], port: "8081", memory: "1280m" },
    gateway: { command: ["/opt/flink/bin/sql-gateway.sh", "start-foreground"], port: "8083", memory: "768m" },
  };
  let cluster: FlinkCluster | undefined;
  let gateway: SqlGateway | undefined;
  const available = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error(`${network} is available in tests only`);
    return value;
  };

  const remove = async () => {
    await docker("rm", "--force", "--volumes", ...Object.keys(services).map(container)).catch(
      () => undefined,
    );
    await docker("network", "rm", network).catch(() => undefined);
  };
  beforeAll(async () => {
    await remove();
    await docker("network", "create", network);
    const image = await flinkImage();
    const properties = Object.entries(OPTIONS).map(([key, value]) => `${key}: ${value}`);
    const environment = [`FLINK_PROPERTIES=${properties.join("\n")}`, `JVM_ARGS=-Xmx256m ${QUICK_START}`];
    const urls: Record<string, string> = {};
    for (const [service, { command, port, memory }] of Object.entries(services)) {
      const joined = ["--network", network, "--network-alias", service, "--publish", `127.0.0.1::${port}`];
      const limits = ["--memory", memory, ...environment.flatMap((line) => ["--env", line])];
      await docker("run", "--detach", "--name", container(service), ...joined, ...limits, image, ...command);
      const published = await docker("port", container(service), port);
      urls[service] = `http://127.0.0.1:${published.split(":").at(-1)}`;
    }
    cluster = flinkCluster(urls.jobmanager as string);
    gateway = sqlGateway(urls.gateway as string);
  });
  afterAll(remove);
  return {
    network,
    taskManager: container("taskmanager"),
    get cluster() {
      return available(cluster);
    },
    get gateway() {
      return available(gateway);
    },
  };
}
