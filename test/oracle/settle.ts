/** Waits until the tables match the topic, and returns the differences that remain. */
import { differences } from "./compare.ts";
import type { Postgres } from "./postgres.ts";
import { computeTables, type Message, type Tables } from "./tables.ts";
import type { Topic } from "./topic.ts";

const BOUND = 120_000;

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
  const deadline = Date.now() + BOUND;
  await quiet(postgres, deadline);
  for (;;) {
    const actual = view(await postgres.tables());
    const expected = view(computeTables(messages, actual.duplicates, optionalOf));
    const found = differences(expected, actual);
    if (found.length === 0 || Date.now() > deadline) return { messages, actual, differences: found };
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** Waits until the rows stand still, as comparing a million rows takes long. */
async function quiet(postgres: Postgres, deadline: number): Promise<void> {
  const look = async () =>
    JSON.stringify(
      await postgres.query("SELECT count(*), (SELECT sum(events) FROM events_read) FROM transactions"),
    );
  let before = "";
  for (let now = await look(); now !== before && Date.now() < deadline; now = await look()) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}
