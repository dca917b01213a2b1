/** What the report says of drift, and the commands that end it. Pure. */
import type { Hint } from "../hints.ts";
import { isAgent } from "../services.ts";
import { type Drift, PARTITIONS, type TopicChange, tableOf } from "./drift.ts";
import type { Finding } from "./finding.ts";

/** More are only counted: in a table that was dropped and recreated, every column is a new one. */
const MOST_COLUMNS = 3;

/** What the stack cannot do without. */
export function missingFindings({ missing }: Drift, hint: Hint): Finding[] {
  const { network, volumes, containers } = missing;
  const again = `\`${hint("up")}\` creates it again`;
  return [
    ...(network === undefined ? [] : [finding("NetworkMissing", `the network ${network} is gone: ${again}`)]),
    ...volumes.map((name) =>
      finding("VolumeMissing", `the volume ${name} is gone, and the data in it: ${again}, empty`),
    ),
    ...containers.filter((name) => !isAgent(name)).map((name) => missingContainer(name, hint)),
  ];
}

/** What differs without keeping the stack from working. */
export function driftFindings({ missing, topic = [], columns = [] }: Drift, hint: Hint): Finding[] {
  const tables = [...new Set(columns.map(tableOf))];
  return [
    ...missing.containers.filter(isAgent).map((name) => missingContainer(name, hint)),
    ...topic.map((change) =>
      finding("TopicChanged", `the topic was changed: ${describeChange(change)}; ${remedy(change, hint)}`),
    ),
    ...tables.map((table) => {
      const altered = columns.filter((column) => tableOf(column) === table);
      return finding(
        "TableChanged",
        `${describeColumns(table, altered)}: \`${hint("up")}\` repairs the table`,
      );
    }),
  ];
}

/** `retention.ms is 60000, not -1`. */
export function describeChange({ setting, recorded = "unset", actual = "unset" }: TopicChange): string {
  return setting === PARTITIONS
    ? `it has ${actual} partitions, not ${recorded}`
    : `${setting} is ${actual}, not ${recorded}`;
}

/** The command to begin with: Kafka cannot take partitions away, so they have to be declared. */
export function fixOf({ setting, actual = "" }: TopicChange, hint: Hint): string {
  return setting === PARTITIONS ? hint("config", "set", "partitions", actual) : hint("up");
}

function remedy(change: TopicChange, hint: Hint): string {
  const fix = `\`${fixOf(change, hint)}\``;
  return change.setting === PARTITIONS
    ? `Kafka cannot take any away, so run ${fix}, then \`${hint("up")}\``
    : `${fix} sets it back`;
}

function describeColumns(table: string, altered: readonly string[]): string {
  const names = altered.map((column) => column.slice(table.length + 1));
  const isOne = names.length === 1;
  const what =
    names.length > MOST_COLUMNS
      ? `${names.length} columns`
      : `${isOne ? "column" : "columns"} ${names.join(", ")}`;
  return `${what} of ${table} ${isOne ? "was" : "were"} dropped or recreated`;
}

function missingContainer(name: string, hint: Hint): Finding {
  return finding("ContainerMissing", `the container ${name} is gone: \`${hint("up")}\` creates it again`);
}

function finding(reason: string, message: string): Finding {
  return { status: "False", reason, message };
}
