/** What differs from what the state records, as far as that is cheap to see. Pure. */
import type { ColumnIds, Recorded, RecordedObjects, TopicShape } from "./recorded.ts";

export const PARTITIONS = "partitions";

export interface TopicChange {
  /** `PARTITIONS`, or a key of the topic's configuration. */
  readonly setting: string;
  /** Absent if it is not set. */
  readonly recorded?: string;
  readonly actual?: string;
}

export interface Drift {
  /** What is gone from Docker. */
  readonly missing: RecordedObjects;
  /** Undefined where Kafka does not answer, or has created the topic again. */
  readonly topic: readonly TopicChange[] | undefined;
  /** Such as `transactions.amount`: dropped, or dropped and created again. Undefined where Postgres does not answer. */
  readonly columns: readonly string[] | undefined;
}

interface PresentObjects {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

interface Present {
  readonly objects: PresentObjects;
  readonly topic: TopicShape | undefined;
  readonly columns: ColumnIds | undefined;
}

export function driftBetween(recorded: Recorded, { objects, topic, columns }: Present): Drift {
  return {
    missing: missingObjects(recorded.objects, objects),
    topic: recorded.topic && topic && topicChanges(recorded.topic, topic),
    columns: columns && alteredColumns(recorded.columns, columns),
  };
}

export function isDrifted({ missing, topic = [], columns = [] }: Drift): boolean {
  const { containers, volumes, network } = missing;
  return network !== undefined || [containers, volumes, topic, columns].some(({ length }) => length > 0);
}

export function missingObjects(
  { containers, volumes, network }: RecordedObjects,
  present: PresentObjects,
): RecordedObjects {
  return {
    containers: containers.filter((name) => !present.containers.includes(name)),
    volumes: volumes.filter((name) => !present.volumes.includes(name)),
    network: network !== undefined && present.networks.includes(network) ? undefined : network,
  };
}

function topicChanges(recorded: TopicShape, actual: TopicShape): TopicChange[] {
  const before = settingsOf(recorded);
  const now = settingsOf(actual);
  const settings = Object.keys({ ...before, ...now }).sort();
  return settings
    .filter((setting) => before[setting] !== now[setting])
    .map((setting) => ({ setting, recorded: before[setting], actual: now[setting] }));
}

function settingsOf({ partitions, config }: TopicShape): Readonly<Record<string, string>> {
  return { ...config, [PARTITIONS]: String(partitions) };
}

/** Those of a table that is gone are not listed. */
function alteredColumns(recorded: ColumnIds, actual: ColumnIds): string[] {
  const tables = new Set([...actual.keys()].map(tableOf));
  return [...recorded]
    .filter(([column, id]) => tables.has(tableOf(column)) && actual.get(column) !== id)
    .map(([column]) => column);
}

/** @param column `table.column` */
export function tableOf(column: string): string {
  return column.slice(0, column.lastIndexOf("."));
}
