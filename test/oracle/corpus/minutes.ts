/** Sales around the ends of their minutes. A sale is in time if Kafka received it less than 5 s after the end. */
import { event } from "./entry.ts";

export interface TimedEvent {
  what: string;
  value: Buffer;
  /** Kafka's timestamp. Ascending, as if the broker had set it. */
  receivedAt: number;
  late: boolean;
}

const MINUTE = 60_000;

/** @param start a whole minute, later than everything received so far */
export function minutes(start: number): TimedEvent[] {
  const at = (ms: number) => JSON.stringify(new Date(start + ms).toISOString());
  const sale = (
    what: string,
    received: number,
    happened: number,
    late: boolean,
    changes = {},
  ): TimedEvent => ({
    what,
    value: Buffer.from(event({ transactionDate: at(happened), category: '"minutes"', ...changes })),
    receivedAt: start + received,
    late,
  });
  const refund = { transactionType: '"refund"', amount: "3.00" };
  return [
    sale("the minute's first millisecond", 0, 0, false),
    sale("its last one", 59_999, 59_999, false),
    sale("the next minute's first, received before it began", 59_999, MINUTE, false),
    sale("out of order, in time", 60_500, 30_000, false),
    sale("in another category, in time", 61_000, 10, false, { category: '"Minutes"' }),
    sale("in another currency, in time", 61_000, 10, false, { currency: '"USD"' }),
    sale("a refund, in time", 62_000, 45_000, false, refund),
    sale("the last millisecond in time", 64_999, 59_999, false),
    sale("the first one too late", 65_000, 59_999, true),
    sale("a refund, too late", 65_001, 0, true, refund),
    sale("a transfer makes no row, however late", 65_002, 0, false, { transactionType: '"transfer"' }),
    sale("too late, with an offset", 66_000, 0, true, {
      transactionDate: JSON.stringify(new Date(start + 3_600_000).toISOString().replace("Z", "+01:00")),
    }),
    sale("in time for the next minute", 67_000, 65_000, false),
    sale("a day late", 68_000, -24 * 60 * MINUTE, true),
    sale("years late", 69_000, -3 * 365 * 24 * 60 * MINUTE, true),
    sale("three minutes early", 70_000, 4 * MINUTE, false),
    sale("a gap of two minutes, then one that is on time", 3 * MINUTE, 3 * MINUTE, false),
    sale("late by a minute", 3 * MINUTE + 1, MINUTE, true),
    sale("the minute that had an early sale", 4 * MINUTE + 5_000, 4 * MINUTE + 1, false),
  ];
}
