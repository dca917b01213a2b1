/** What is known of one event. */
import type { TopicEvent } from "../../plugins/commerce/clients/kafka-reader.ts";

export type Row = Readonly<Record<string, string | null>>;

/** Where in the topic a row says that its event is. */
export interface Place {
  readonly partition: number;
  /** Below zero: in a topic that was deleted and created again since. */
  readonly offset: bigint;
}

/** A row of the dead letters that contains the id. */
export interface DeadLetter extends Place {
  readonly reason: string;
  readonly receivedAt: string;
  readonly payload: Buffer;
}

/** What the tables have of the event. */
export interface TableFacts {
  /** Rows that have the id, by table; tables without one are left out. */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  readonly deadLetters: readonly DeadLetter[];
  /** The rows of sums in which it was counted, by table. */
  readonly sums: Readonly<Record<string, readonly Row[]>>;
  /** The first offset that the job has not read, by partition. */
  readonly next: ReadonlyMap<number, bigint>;
}

/** How much of the topic was looked through for deliveries that no row names. */
export interface Search {
  readonly looked: number;
  readonly total: number;
  readonly isComplete: boolean;
}

export interface TraceFacts extends TableFacts {
  readonly id: string;
  readonly deliveries: readonly TopicEvent[];
  readonly search: Search;
}

const named = (rows: readonly Row[] | undefined): Place[] =>
  (rows ?? []).flatMap(({ kafka_partition: partition, kafka_offset: offset }) =>
    partition && offset ? [{ partition: Number(partition), offset: BigInt(offset) }] : [],
  );

/** The places that rows name, each once. */
export function knownPlaces({ rows, deadLetters }: TableFacts): Place[] {
  const all = [...Object.values(rows).flatMap(named), ...deadLetters];
  const unique = new Map(
    all.map(({ partition, offset }) => [`${partition}:${offset}`, { partition, offset }]),
  );
  return [...unique.values()];
}

/** How many valid deliveries there must be; undefined where the tables cannot tell. */
export function expectedDeliveries({ rows }: TableFacts, deduplicates: boolean): number | undefined {
  if (!deduplicates || (rows.transactions === undefined && rows.proof_events === undefined)) return undefined;
  return 1 + (rows.duplicates?.length ?? 0);
}

/** Whether a message is a delivery of the event, valid or not. */
export function isDelivery(value: Buffer | null, id: string): boolean {
  if (value === null) return false;
  // Most messages are of other events: only those that may have the id are parsed.
  if (!value.includes(id) && !value.includes("\\")) return false;
  const text = value.toString("utf8");
  try {
    if (JSON.parse(text)?.transactionId === id) return true;
  } catch {
    // A dead letter that is not JSON may still have its id in plain text.
  }
  const written = JSON.stringify(id).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`"transactionId"\\s*:\\s*${written}`).test(text);
}
