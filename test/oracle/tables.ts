/** Computes the expected content of every table from the topic alone: docs/DATA_CONTRACT.md in plain TypeScript. */
import { classify, type Event } from "./classify.ts";
import { formatCents } from "./decimal.ts";
import { formatTime } from "./time.ts";

/** A message as stored in Kafka. */
export interface Message {
  partition: number;
  offset: bigint;
  /** Milliseconds since 1970. */
  timestamp: number;
  value: Buffer | null;
}

/** Of a dead letter's payload, in bytes. */
const MOST_PAYLOAD = 1_048_576;

/** A row as Postgres prints it, by column name. */
export type Row = Record<string, string | null>;

export const TABLES = [
  "transactions",
  "duplicates",
  "dead_letters",
  "sales_per_category",
  "sales_per_day",
  "sales_per_month",
  "sales_per_minute",
  "late_events",
  "events_read",
] as const;
export type Tables = Record<(typeof TABLES)[number], Row[]>;

const MINUTE = 60_000;
const IN_TIME = 5_000;

type Delivery = Message & { event: Event };

/**
 * @param messages all messages, those of one partition in the order of their offsets
 * @param seenDuplicates the rows of `duplicates`, which show the order in which an id was read from several partitions
 * @param optionalOf the optional fields that were declared when a message was read; each is a column of its row
 */
export function computeTables(
  messages: readonly Message[],
  seenDuplicates: readonly Row[] = [],
  optionalOf: (message: Message) => readonly string[] = () => [],
): Tables {
  const tables = Object.fromEntries(TABLES.map((name) => [name, [] as Row[]])) as Tables;
  const deliveries = new Map<string, Delivery[]>();
  for (const message of messages) {
    const { event, reason } = classify(message.value, optionalOf(message));
    if (event === undefined) tables.dead_letters.push(deadLetter(message, reason));
    else if (!isProof(event)) {
      const same = deliveries.get(event.transactionId) ?? [];
      deliveries.set(event.transactionId, [...same, { ...message, event }]);
    }
  }

  const occurrences = new Map(seenDuplicates.map((row) => [place(row), Number(row.occurrence)]));
  const sums = { category: new Sums(), day: new Sums(), month: new Sums(), minute: new Sums() };
  for (const same of deliveries.values()) {
    const [first, ...repeated] = inOrder(same, occurrences) as [Delivery, ...Delivery[]];
    tables.transactions.push(transaction(first.event));
    repeated.forEach((delivery, index) => {
      const occurrence = String(index + 2);
      tables.duplicates.push({ transactionid: first.event.transactionId, occurrence, ...origin(delivery) });
    });

    const { transactionType, currency, category, transactionDate } = first.event;
    if (transactionType === "transfer") continue;
    const amount = transactionType === "refund" ? -first.event.amount : first.event.amount;
    const [year = "", month = "", day = ""] = formatTime(transactionDate).split(/[- ]/);
    sums.category.add({ category, currency }, amount);
    sums.day.add({ sale_day: `${year}-${month}-${day}`, currency }, amount);
    sums.month.add({ year_num: String(Number(year)), month_num: String(Number(month)), currency }, amount);
    const end = (Math.floor(transactionDate / MINUTE) + 1) * MINUTE;
    const minute = { window_end: formatTime(end), currency, category };
    if (first.timestamp < end + IN_TIME) {
      // The proof's currency has no minutes.
      if (currency !== "XTS") sums.minute.add(minute, amount);
    } else {
      const { transactionId: transactionid } = first.event;
      tables.late_events.push({ transactionid, ...minute, amount: formatCents(amount), ...origin(first) });
    }
  }

  tables.events_read = eventsRead(messages);
  tables.sales_per_category = sums.category.rows();
  tables.sales_per_day = sums.day.rows();
  tables.sales_per_month = sums.month.rows();
  tables.sales_per_minute = sums.minute.rows((count) => ({ sales_count: String(count) }));
  return tables;
}

/** One row for each partition: where its events begin and end, and how many they are. */
function eventsRead(messages: readonly Message[]): Row[] {
  const rows = new Map<number, { first: bigint; next: bigint; events: number }>();
  for (const { partition, offset } of messages) {
    const { first, next, events } = rows.get(partition) ?? { first: offset, next: 0n, events: 0 };
    rows.set(partition, {
      first: offset < first ? offset : first,
      next: offset >= next ? offset + 1n : next,
      events: events + 1,
    });
  }
  return [...rows].map(([partition, { first, next, events }]) => ({
    kafka_partition: String(partition),
    first_offset: String(first),
    next_offset: String(next),
    events: String(events),
  }));
}

/** Events of the proof of `commerce up`, which removes its rows again. */
const isProof = ({ currency, category }: Event) => currency === "XTS" && category.startsWith("proof-");

const place = (row: Row) => `${row.kafka_partition}/${row.kafka_offset}`;

function origin({ partition, offset, timestamp }: Message): Row {
  const [kafka_partition, kafka_offset] = [String(partition), String(offset)];
  return { kafka_partition, kafka_offset, received_at: formatTime(timestamp) };
}

function deadLetter(message: Message, reason: string): Row {
  const payload =
    message.value === null ? null : `\\x${message.value.subarray(0, MOST_PAYLOAD).toString("hex")}`;
  return { ...origin(message), payload, reason };
}

function transaction(event: Event): Row {
  const named = Object.entries(event).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ...Object.fromEntries(named),
    amount: formatCents(event.amount),
    transactiondate: formatTime(event.transactionDate),
  };
}

/**
 * On one partition, deliveries are in the order of their offsets. Between partitions, the order is the one in which the
 * job read them. It is taken from the job's rows, provided that these keep the order within each partition.
 */
function inOrder(same: Delivery[], occurrences: Map<string, number>): Delivery[] {
  const rank = (delivery: Delivery) => occurrences.get(place(origin(delivery))) ?? 1;
  const seen = same.toSorted((a, b) => rank(a) - rank(b));
  const keepsOffsets = seen.every((delivery, index) =>
    seen
      .slice(0, index)
      .every(({ partition, offset }) => partition !== delivery.partition || offset < delivery.offset),
  );
  return keepsOffsets ? seen : same;
}

class Sums {
  readonly #groups = new Map<string, { key: Row; count: number; total: bigint }>();

  add(key: Row, amount: bigint): void {
    const id = JSON.stringify(key);
    const { count, total } = this.#groups.get(id) ?? { count: 0, total: 0n };
    this.#groups.set(id, { key, count: count + 1, total: total + amount });
  }

  rows(more: (count: number) => Row = () => ({})): Row[] {
    return [...this.#groups.values()].map(({ key, count, total }) => ({
      ...key,
      ...more(count),
      total_sales: formatCents(total),
    }));
  }
}
