/**
 * The labels by which a Datadog Agent knows what a container is, where its log comes from, and which checks to run on it.
 * They are set even without an Agent, so that adding one restarts nothing. They contain no secret.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { DATADOG_AGENT, SERVICES } from "../../facts/pipeline.ts";
import { CHECKS } from "./datadog-checks.ts";

const projectRoot = path.resolve(__dirname, "../..");

/** A log's source decides how Datadog parses it. An image's version is that of the service. */
const CONTAINERS: Record<string, { source: string; image?: string; newLine?: string }> = {
  [SERVICES.kafka.name]: { source: "kafka", image: "kafka", newLine: "\\[\\d{4}-\\d{2}-\\d{2}" },
  [SERVICES.zooKeeper.name]: { source: "zookeeper", image: "flink", newLine: "\\d{4}-\\d{2}-\\d{2}" },
  [SERVICES.jobManager.name]: { source: "flink", image: "flink", newLine: "\\d{4}-\\d{2}-\\d{2}" },
  [SERVICES.taskManager.name]: { source: "flink", image: "flink", newLine: "\\d{4}-\\d{2}-\\d{2}" },
  [SERVICES.sqlGateway.name]: { source: "flink", image: "flink", newLine: "\\d{4}-\\d{2}-\\d{2}" },
  [SERVICES.postgres.name]: { source: "postgresql", image: "postgres", newLine: "\\d{4}-\\d{2}-\\d{2}" },
  [SERVICES.postgresExporter.name]: { source: "postgres_exporter", image: "postgres-exporter" },
  [SERVICES.pgAdmin.name]: { source: "pgadmin", image: "pgadmin" },
  [SERVICES.producer.name]: { source: "nodejs" },
  [DATADOG_AGENT.name]: { source: "agent", image: "datadogAgent" },
};

/** Datadog's unified service tags. */
export interface UnifiedTags {
  env: string;
  service: string;
  version: string;
}

/** @param stack is the environment in Datadog's sense */
export function unifiedTags(stack: string, container: string): UnifiedTags {
  const service = container.replace(/-\d+$/, "");
  const { image } = ofService(service);
  return { env: stack, service, version: image ? imageVersion(image) : projectVersion() };
}

function ofService(service: string) {
  const known = CONTAINERS[service];
  if (known === undefined) throw new Error(`datadog-labels.ts does not know the service ${service}`);
  return known;
}

/** @param stack as for `unifiedTags` */
export function datadogLabels(stack: string, container: string): Record<string, string> {
  const { env, service, version } = unifiedTags(stack, container);
  const known = ofService(service);
  const multiLine = { type: "multi_line", name: "first_line_has_a_date", pattern: known.newLine };
  const log = {
    source: known.source,
    service,
    ...(known.newLine && { log_processing_rules: [multiLine] }),
  };
  const checks = CHECKS[service];
  return {
    "com.datadoghq.tags.env": env,
    "com.datadoghq.tags.service": service,
    "com.datadoghq.tags.version": version,
    "com.datadoghq.ad.logs": JSON.stringify([log]),
    ...(checks && { "com.datadoghq.ad.checks": JSON.stringify(checks) }),
  };
}

const readJson = (file: string) => JSON.parse(fs.readFileSync(path.join(projectRoot, file), "utf8"));

/** Of the official image, so that a switch to images that are built locally changes no label. */
function imageVersion(image: string): string {
  return String(readJson("images/registry.json")[image]).replace(/^[^@]*:v?([^:@]+).*$/, "$1");
}

function projectVersion(): string {
  return String(readJson("package.json").version);
}
