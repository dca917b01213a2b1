/** The whole path of an event, as a person reads it. Pure. */
import { columns, count } from "../format.ts";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";
import type { Row, TraceFacts } from "./facts.ts";
import { type Delivery, deliveriesOf } from "./verdict.ts";

const MOST_CHARACTERS = 2_000;

export function traceLines(facts: TraceFacts, { style, width }: { style: Style; width: number }): string[] {
  const deliveries = deliveriesOf(facts);
  const rows: (readonly string[])[] = [];
  const add = (title: string, lines: readonly string[]) => {
    for (const [at, line] of lines.entries()) rows.push([at === 0 ? style.dim(`  ${title}`) : "", line]);
  };
  for (const delivery of deliveries) add("Delivery", deliveryLines(delivery, style));
  add("Rows", tableRows(facts.rows));
  add("Counted in", tableRows(facts.sums));
  return [
    `${style.bold(printable(facts.id))}: ${summary(deliveries, facts)}`,
    "",
    ...columns(rows, { width }),
    ...searchLines(facts),
  ];
}

function summary(deliveries: readonly Delivery[], { rows }: TraceFacts): string {
  const [first] = deliveries;
  if (first === undefined) return "its rows are there, but its message was not found in the topic";
  const main = deliveries.find(({ outcome }) => outcome === "transaction") ?? first;
  const times = deliveries.length === 1 ? "once" : `${count(deliveries.length)} times`;
  const outcome = main.outcome === "duplicate" && rows.transactions ? "transaction" : main.outcome;
  return `${outcome}, delivered ${times}`;
}

function deliveryLines(
  { partition, offset, receivedAt, value, outcome, note }: Delivery,
  style: Style,
): string[] {
  const bytes = value === undefined ? "" : `, ${count(value?.length ?? 0)} bytes`;
  const place = offset < 0n ? "of an earlier topic" : `partition ${partition}, offset ${offset}`;
  const mark =
    outcome === "missing" ? style.red(outcome) : outcome === "dead letter" ? style.yellow(outcome) : outcome;
  return [
    `${place}, received ${receivedAt ?? "at an unknown time"}${bytes}`,
    `${mark}${note === undefined ? "" : `: ${printable(note)}`}`,
    ...(value ? [style.dim(shortened(printable(value.toString("utf8"))))] : []),
  ];
}

function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}

function tableRows(tables: Readonly<Record<string, readonly Row[]>>): string[] {
  return Object.entries(tables).flatMap(([table, rows]) =>
    rows.map((row) => {
      const cells = Object.entries(row).map(
        ([name, value]) => `${name}=${value === null ? "NULL" : printable(value)}`,
      );
      return `${table}: ${cells.join(", ")}`;
    }),
  );
}

function searchLines({ search: { looked, total, isComplete } }: TraceFacts): string[] {
  if (isComplete) return [];
  return [
    "",
    `Not all of the topic was searched: ${count(looked)} of ${count(total)} events. --from TIME starts at another time.`,
  ];
}

/** For programs. */
export function traceJson(facts: TraceFacts) {
  return {
    id: facts.id,
    deliveries: deliveriesOf(facts).map(({ partition, offset, receivedAt, value, outcome, note }) => ({
      partition,
      offset: Number(offset),
      receivedAt: receivedAt ?? null,
      outcome,
      note: note ?? null,
      bytes: value?.length ?? null,
      value: value?.toString("utf8") ?? null,
    })),
    rows: facts.rows,
    countedIn: facts.sums,
    search: facts.search,
  };
}
