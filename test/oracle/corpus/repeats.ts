/** Repeated transactionIds. The first valid event in order is the transaction. */
import { type Entry, entry, fields, object } from "./entry.ts";

const twice = (what: string, raw = fields(), changes = {}): Entry[] => [
  entry(`${what}: first`, object(raw)),
  entry(`${what}: again`, object({ ...raw, ...changes }), 2),
];
const bad = { amount: "-1" };
const other = { transactionType: '"refund"', amount: "7.77", currency: '"USD"', category: '"other"' };

function sequences(): Entry[] {
  const [often, early, late, between] = [fields(), fields(), fields(), fields()];
  const [cased, plain, spelled] = [fields(), fields(), fields()];
  return [
    ...twice("the same bytes"),
    ...twice("another amount", fields(), { amount: "99.99" }),
    ...twice("another everything", fields(), other),
    ...twice("another day and month", fields(), { transactionDate: '"2025-12-31T23:59:59Z"' }),
    ...twice("a refund", fields({ transactionType: '"refund"' })),
    ...twice("a transfer, then a purchase", fields({ transactionType: '"transfer"' }), {
      transactionType: '"purchase"',
    }),
    ...twice(
      "the id spelled with an escape",
      { ...spelled, transactionId: '"spelled-/"' },
      { transactionId: '"\\u0073pelled-\\/"' },
    ),
    ...twice("an id of emoji", fields({ transactionId: '"🧾-1"' }), { transactionId: '"\\ud83e\\uddfe-1"' }),
    entry("five deliveries: 1", object(often)),
    ...[2, 3, 4, 5].map((n) => entry(`five deliveries: ${n}`, object(often), n)),
    entry("a dead letter does not use up its id", object({ ...early, ...bad }), "amount is negative"),
    entry("the first good one after a dead letter", object(early)),
    entry("a good one", object(late)),
    entry("a dead letter of the same id is a dead letter", object({ ...late, ...bad }), "amount is negative"),
    entry("a dead letter in between: first", object(between)),
    entry("a dead letter in between", object({ ...between, ...bad }), "amount is negative"),
    entry("a dead letter in between: second", object(between), 2),
    entry("an id in capitals", object({ ...cased, transactionId: '"CASE-1"' })),
    entry("the same in lower case is another", object({ ...cased, transactionId: '"case-1"' })),
    entry("an id and a blank is another", object({ ...cased, transactionId: '"case-1 "' })),
    entry("an id with é", object({ ...plain, transactionId: '"caf\\u00e9"' })),
    entry("an id with e and an accent is another", object({ ...plain, transactionId: '"cafe\\u0301"' })),
  ];
}

const far = fields({ transactionId: '"far-apart"' });
export const farApart = {
  first: entry("far apart: first", object(far)),
  second: entry("far apart: again, at the end of all", object({ ...far, ...other }), 2),
};

const both = fields({ transactionId: '"both-partitions"' });
export const repeats: Entry[] = [
  ...sequences(),
  // Either may be read first: the events are equal, so the sums are the same.
  { ...entry("two partitions: one", object(both)), partition: 0 },
  { ...entry("two partitions: the other", object(both), 2), partition: 1 },
];
