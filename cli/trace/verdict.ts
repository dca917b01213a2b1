/** The outcome of each delivery. Pure. */
import type { Place, TraceFacts } from "./facts.ts";

export type Outcome =
  | "transaction"
  | "duplicate"
  | "dead letter"
  | "proof"
  | "replaced"
  | "unread"
  | "missing";

export interface Delivery extends Place {
  readonly outcome: Outcome;
  /** More about the outcome: a dead letter's reason, for example. */
  readonly note: string | undefined;
  /** When Kafka received it, in ISO 8601; undefined where only a row without its time knows it. */
  readonly receivedAt: string | undefined;
  /** Undefined where the topic no longer has the message, or it was not looked at. */
  readonly value: Buffer | null | undefined;
}

const isAt = (place: Place) => (other: Place) =>
  other.partition === place.partition && other.offset === place.offset;

/** Every delivery that is known, in the order in which Kafka received them. */
export function deliveriesOf(facts: TraceFacts): Delivery[] {
  const read = facts.deliveries.map((event) => {
    const time = new Date(event.time).toISOString();
    return { partition: event.partition, offset: event.offset, receivedAt: time, value: event.value };
  });
  const named = [
    ...placesIn(facts),
    ...facts.deadLetters.map((dead) => ({ ...dead, value: dead.payload })),
  ].map(({ partition, offset, receivedAt, value }) => ({
    partition,
    offset,
    receivedAt: isoTime(receivedAt),
    value,
  }));
  const all: Omit<Delivery, "outcome" | "note">[] = [];
  for (const one of [...read, ...named]) if (!all.some(isAt(one))) all.push(one);
  all.sort(
    (a, b) =>
      (a.receivedAt ?? "").localeCompare(b.receivedAt ?? "", "en") ||
      a.partition - b.partition ||
      Number(a.offset - b.offset),
  );
  const unrecorded = all.filter((one) => recorded(facts, one) === undefined);
  const own = ownOf(facts, unrecorded);
  return all.map((one) => ({ ...one, ...(recorded(facts, one) ?? verdict(facts, one, own)) }));
}

/** The delivery that the row in `transactions` is of: a later one that counts again replaces it. */
function ownOf(facts: TraceFacts, unrecorded: readonly Place[]): Place | undefined {
  if (facts.rows.transactions === undefined) return undefined;
  // The job counts events a moment after it has written their rows.
  return unrecorded.filter((one) => isRead(facts, one)).at(-1) ?? unrecorded[0];
}

function placesIn({ rows }: TraceFacts): (Place & { receivedAt: string; value: undefined })[] {
  return [...(rows.duplicates ?? []), ...(rows.late_events ?? [])].map((row) => ({
    partition: Number(row.kafka_partition),
    offset: BigInt(row.kafka_offset ?? 0),
    receivedAt: row.received_at ?? "",
    value: undefined,
  }));
}

type Verdict = Pick<Delivery, "outcome" | "note">;

/** What the row of a dead letter or of a duplicate says. */
function recorded({ deadLetters, rows }: TraceFacts, place: Place): Verdict | undefined {
  const dead = deadLetters.find(isAt(place));
  if (dead !== undefined) return { outcome: "dead letter", note: dead.reason };
  const duplicate = (rows.duplicates ?? []).find(
    (row) => Number(row.kafka_partition) === place.partition && row.kafka_offset === String(place.offset),
  );
  if (duplicate === undefined) return undefined;
  return { outcome: "duplicate", note: `delivery ${duplicate.occurrence} of this id` };
}

/** A project may have taken out the table of positions. */
const isRead = ({ next }: TraceFacts, { partition, offset }: Place) =>
  next.size === 0 || offset < (next.get(partition) ?? 0n);

function verdict(facts: TraceFacts, place: Place, own: Place | undefined): Verdict {
  const { rows, next } = facts;
  if (own !== undefined && isAt(own)(place)) return { outcome: "transaction", note: lateness(rows) };
  if (!isRead(facts, place)) {
    const position = next.get(place.partition) ?? 0n;
    return { outcome: "unread", note: `the job has read this partition up to offset ${position}` };
  }
  if (own !== undefined) {
    return { outcome: "replaced", note: "a later delivery has counted again and replaced its row" };
  }
  if (rows.proof_events !== undefined) {
    return { outcome: "proof", note: "an event of the proof, which has removed its rows" };
  }
  return { outcome: "missing", note: "the job has read it, but no table has it" };
}

function lateness(rows: TraceFacts["rows"]): string | undefined {
  const [late] = rows.late_events ?? [];
  if (late === undefined) return undefined;
  return `too late for its minute, which ended at ${isoTime(late.window_end ?? "")}`;
}

/** Postgres writes 2026-01-31 12:00:00.5 for a time in UTC. */
export function isoTime(text: string): string | undefined {
  const time = Date.parse(
    /[zZ]|[+-]\d\d(:?\d\d)?$/.test(text.slice(10)) ? text : `${text.replace(" ", "T")}Z`,
  );
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
