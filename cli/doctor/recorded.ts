/** What the state says about the stack. Pure. */
import { USERS } from "../../facts/pipeline.ts";
import { isVolume, plain, type StackState } from "../pulumi/state.ts";
import type { RecordedObjects } from "./facts.ts";

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

const outputsOf = ({ resources }: StackState, type: string) =>
  resources.filter((resource) => resource.type === type).map(({ outputs }) => outputs ?? {});

export function recordedObjects(state: StackState): RecordedObjects {
  const containers = outputsOf(state, "docker:index/container:Container");
  const [network] = outputsOf(state, "docker:index/network:Network");
  return {
    containers: containers.flatMap(({ name }) => text(name) ?? []),
    volumes: state.resources.filter(isVolume).flatMap(({ id }) => id ?? []),
    network: text(network?.name),
  };
}

/** Names or ids of the images that the stack's containers run. */
export function recordedImages(state: StackState): string[] {
  const images = outputsOf(state, "docker:index/container:Container").flatMap(
    ({ image }) => text(image) ?? [],
  );
  return [...new Set(images)];
}

/** The topic as it was applied. */
export function recordedTopic(state: StackState): RecordedTopic | undefined {
  const [topic] = outputsOf(state, "commerce:kafka:Topic").map(plain);
  return topic as RecordedTopic | undefined;
}

interface RecordedTopic {
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** `retention.ms is 60000, not -1`. */
export function topicChanges(
  recorded: RecordedTopic | undefined,
  live: { readonly partitions: number; readonly config: Readonly<Record<string, string>> } | undefined,
): string[] {
  if (recorded?.config === undefined || recorded.partitions === undefined || live === undefined) return [];
  const { config, partitions } = recorded;
  const keys = [...new Set([...Object.keys(config), ...Object.keys(live.config)])].sort();
  const settings = keys
    .filter((key) => config[key] !== live.config[key])
    .map((key) => `${key} is ${live.config[key] ?? "unset"}, not ${config[key] ?? "unset"}`);
  const count =
    live.partitions === partitions ? [] : [`it has ${live.partitions} partitions, not ${partitions}`];
  return [...count, ...settings];
}

/** The columns of the applied tables, each with the part of its id that one server gives: table and number. */
export function recordedColumns(state: StackState): ReadonlyMap<string, string> {
  const [schema] = outputsOf(state, "commerce:postgres:Schema");
  const columns = plain(schema?.columns);
  const entries = typeof columns === "object" && columns !== null ? Object.entries(columns) : [];
  return new Map(entries.map(([name, id]) => [name, String(id).slice(String(id).indexOf(".") + 1)]));
}

/** The password of the role as which the job writes. */
export function writerPassword(state: StackState): string | undefined {
  const role = outputsOf(state, "postgresql:index/role:Role").find(({ name }) => name === USERS.writer);
  return text(plain(role?.password));
}

/** Columns that are gone, or were dropped and created again. A table that is gone is not listed here. */
export function alteredColumns(
  recorded: ReadonlyMap<string, string>,
  live: ReadonlyMap<string, string>,
): string[] {
  const tableOf = (column: string) => column.slice(0, column.lastIndexOf("."));
  const tables = new Set([...live.keys()].map(tableOf));
  return [...recorded]
    .filter(([column, id]) => tables.has(tableOf(column)) && live.get(column) !== id)
    .map(([column]) => column);
}
