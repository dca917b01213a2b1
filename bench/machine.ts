/** The machine and the versions that were measured. */
import * as os from "node:os";
import pg from "pg";
import { SERVICES } from "../facts/pipeline.ts";
import { docker } from "../test/live/support/docker.ts";
import type { Bench } from "./stack.ts";

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  /** `service -> version`. */
  versions: Record<string, string>;
}

export async function describeMachine({ outputs, container }: Bench): Promise<Machine> {
  const client = new pg.Client({ connectionString: outputs.postgresUrl });
  await client.connect();
  const { rows } = await client.query("SHOW server_version");
  await client.end();
  const flink = (await (await fetch(`${outputs.flinkUrl}/config`)).json()) as { "flink-version": string };
  const kafka = await docker(
    "exec",
    container(SERVICES.kafka.name),
    "sh",
    "-c",
    "ls /opt/kafka/libs | grep '^kafka-clients'",
  );
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.type()} ${os.release()}`,
    versions: {
      Flink: flink["flink-version"],
      Kafka: /\d+(\.\d+)+/.exec(kafka)?.[0] ?? kafka,
      Postgres: String(rows[0]?.server_version).split(" ")[0] ?? "",
      Node: process.versions.node,
    },
  };
}
