/** What the state records of what people can change by hand. Pure. */
import { isUp, isVolume, plain, resourcesOfType, type StackState } from "../pulumi/state.ts";

/** The stack's objects in Docker, by name. */
export interface RecordedObjects {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly network: string | undefined;
}

export interface TopicShape {
  readonly partitions: number;
  /** The settings of the topic itself. */
  readonly config: Readonly<Record<string, string>>;
}

/** By `table.column`, an id that another column of the server never has: the table's and the column's number. */
export type ColumnIds = ReadonlyMap<string, string>;

export interface Recorded {
  readonly objects: RecordedObjects;
  readonly topic: TopicShape | undefined;
  readonly columns: ColumnIds;
}

/** @returns undefined for a stack that is not up */
export function recordedIn(state: StackState | undefined): Recorded | undefined {
  if (state === undefined || !isUp(state)) return undefined;
  return { objects: recordedObjects(state), topic: recordedTopic(state), columns: recordedColumns(state) };
}

function recordedObjects(state: StackState): RecordedObjects {
  const namesOf = (type: string) =>
    resourcesOfType(state, type).flatMap(({ outputs }) => textOf(outputs?.name) ?? []);
  return {
    containers: namesOf("docker:index/container:Container"),
    volumes: state.resources.filter(isVolume).flatMap(({ id }) => id ?? []),
    network: namesOf("docker:index/network:Network")[0],
  };
}

/** As it was applied: a refresh writes what it finds to the outputs. */
function recordedTopic(state: StackState): TopicShape | undefined {
  const [topic] = resourcesOfType(state, "commerce:kafka:Topic").map(({ inputs }) => plain(inputs));
  const { partitions, config } = (topic ?? {}) as Partial<TopicShape>;
  return partitions === undefined || config === undefined ? undefined : { partitions, config };
}

function recordedColumns(state: StackState): ColumnIds {
  const [schema] = resourcesOfType(state, "commerce:postgres:Schema");
  const columns = plain(schema?.outputs?.columns ?? {}) as Record<string, string>;
  // The first part is the server's.
  return new Map(Object.entries(columns).map(([name, id]) => [name, id.slice(id.indexOf(".") + 1)]));
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
