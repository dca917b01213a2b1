/** Waits until the tables match the topic, and returns the differences that remain. */
import { differences, withOpenMinutes } from "./compare.ts";
import type { Postgres } from "./postgres.ts";
import { computeTables, type Message, type Tables } from "./tables.ts";
import { formatTime } from "./time.ts";
import type { Topic } from "./topic.ts";

/** A minute is closed when every partition has a message that was received this long after its end. */
const OPEN_FOR = 10_000;
const BOUND = 60_000;

export interface Settled {
  messages: Message[];
  actual: Tables;
  /** Empty if every table equals the oracle's, row by row. */
  differences: string[];
}

/**
 * @param view selects what is compared
 * @param optionalOf as in `computeTables`
 */
export async function settle(
  topic: Topic,
  postgres: Postgres,
  view: (tables: Tables) => Tables = (tables) => tables,
  optionalOf?: (message: Message) => readonly string[],
): Promise<Settled> {
  const messages = await topic.read();
  const closedUntil = formatTime(lastOfEach(messages) - OPEN_FOR);
  const deadline = Date.now() + BOUND;
  for (;;) {
    const actual = view(await postgres.tables());
    const all = view(computeTables(messages, actual.duplicates, optionalOf));
    const found = differences(withOpenMinutes(all, actual, closedUntil), actual);
    if (found.length === 0 || Date.now() > deadline) return { messages, actual, differences: found };
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** The last timestamp of the slowest partition. Timestamps ascend, because the broker sets them. */
function lastOfEach(messages: readonly Message[]): number {
  const last = new Map(messages.map(({ partition, timestamp }) => [partition, timestamp]));
  return Math.min(...last.values());
}
