/** The stack's facts in the form that the command line uses. */
import { CONFIG_KEYS, configKeys } from "../facts/config/keys.ts";
import {
  CONSUMER_GROUP,
  containerName,
  DATABASE,
  DATADOG_AGENT,
  LABELS,
  PROOF_TABLE,
  SERVICES,
  type Service,
  TABLES,
  VOLUMES,
} from "../facts/pipeline.ts";

export type { Service };

export const services: readonly Service[] = Object.values(SERVICES);

/** The stack's volumes, by the end of their names; `data`: destroy asks before it deletes them. */
export const volumes = [
  { suffix: VOLUMES.postgres, data: true },
  { suffix: VOLUMES.kafka, data: true },
  { suffix: VOLUMES.flink, data: true },
  { suffix: VOLUMES.pgAdmin, data: false },
] as const;

/** In the order of the report; tables that users have added follow. */
export const tables = TABLES;

/** The ids of the proof's own events, which the account counts and the report does not list. */
export const proofTable = PROOF_TABLE;

export const database = DATABASE;

/** The suffix of the volume in which Postgres keeps roles and tables. */
export const postgresVolume = VOLUMES.postgres;

export const consumerGroup = CONSUMER_GROUP;

export const maxParallelism = CONFIG_KEYS.parallelism.type.max;

/** Config keys without a default, which Pulumi.yaml cannot declare. */
export const optionalKeys: readonly string[] = configKeys()
  .filter(([, key]) => key.default === undefined)
  .map(([name]) => name);

/** Config keys whose values must be encrypted. */
export const secretKeys: readonly string[] = configKeys()
  .filter(([, key]) => key.isSecret)
  .map(([name]) => name);

export const agentService = DATADOG_AGENT.name;

/** Whether a service is part of a stack with this configuration. */
export function isConfigured({ only }: Service, config: Readonly<Record<string, string>>): boolean {
  return only === undefined || config[only.key] === only.value;
}

/** Whether a container, by its name, is the Agent, whose health does not count as the pipeline's. */
export function isAgent(container: string): boolean {
  return container.endsWith(`-${agentService}`);
}

export const labels = LABELS;

/** Service of a container name such as `commerce-pipeline-dev-taskmanager-2`. */
export function serviceOf(container: string, project: string, stack: string): string {
  const prefix = containerName("", stack, project);
  return container.startsWith(prefix) ? container.slice(prefix.length) : container;
}

/** Whether a container is of this service, which may have several: `taskmanager-2` is of `taskmanager`. */
export function isOfService(container: string, service: string): boolean {
  return container === service || container.replace(/-\d+$/, "") === service;
}

/** `taskmanager-2` is `Flink TaskManager 2`. */
export function titleOf(service: string): string {
  const found = services.find(({ name }) => isOfService(service, name));
  const number = /-(\d+)$/.exec(service)?.[1];
  return found === undefined ? service : number === undefined ? found.title : `${found.title} ${number}`;
}
