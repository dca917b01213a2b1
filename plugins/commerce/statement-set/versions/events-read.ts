/** Keeps the row of `events_read` that the job does not write itself: events that it read before it counted them. */
import { ACCOUNT_TABLE, ACCOUNTED_BY, EARLIER_EVENTS } from "../../../../facts/pipeline.ts";
import type { Transaction } from "../../clients/postgres.ts";
import { REACHABLE_TIMEOUT_SECONDS } from "../../clients/unreachable.ts";
import { SCHEMA } from "../../schema/live.ts";
import type { Verdict } from "../plan/compare.ts";
import type { Run } from "./run.ts";

/** Counting a hundred million rows takes longer than the connection's statement timeout. */
const LONG_TIMEOUT = "SET LOCAL statement_timeout = '15min'";
const TABLES = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1";
const ACCOUNT = `${SCHEMA}.${ACCOUNT_TABLE}`;

/**
 * Counts the events of a stack that is older than the table, if the change adds the table. The job is stopped, so the
 * rows of all events that it has read are there.
 */
export async function recordEarlierEvents(run: Run, { tables }: Verdict): Promise<void> {
  if (!tables.some(({ table, outcome }) => table === ACCOUNT_TABLE && outcome === "new")) return;
  await withAccount(run, async ({ run: query }, exists) => {
    await query(LONG_TIMEOUT);
    await query(`SET LOCAL search_path TO ${SCHEMA}`);
    const counts = Object.entries(ACCOUNTED_BY)
      .filter(([table]) => exists.has(table) && (exists.has("transactions") || table !== "proof_events"))
      .map(([, rows]) => `(SELECT count(*) FROM ${rows})`);
    await query(
      `INSERT INTO ${ACCOUNT_TABLE} (kafka_partition, first_offset, next_offset, events)
       VALUES (${EARLIER_EVENTS}, 0, 0, ${["0", ...counts].join(" + ")})
       ON CONFLICT (kafka_partition) DO UPDATE SET events = excluded.events`,
    );
  });
}

/** A job without state counts every event itself. */
export async function forgetEarlierEvents(run: Run): Promise<void> {
  await withAccount(run, async ({ run: query }) => {
    await query(`DELETE FROM ${ACCOUNT} WHERE kafka_partition = ${EARLIER_EVENTS}`);
  });
}

async function withAccount(
  { news, connectPostgres }: Run,
  use: (transaction: Transaction, exists: ReadonlySet<string>) => Promise<void>,
): Promise<void> {
  if (!news.sinkDatabase) return;
  const database = await connectPostgres(news.sinkDatabase, REACHABLE_TIMEOUT_SECONDS);
  try {
    await database.transaction(async (transaction) => {
      const listed = await transaction.run(TABLES, [SCHEMA]);
      const exists = new Set(listed.map(({ name }) => String(name)));
      if (exists.has(ACCOUNT_TABLE)) await use(transaction, exists);
    });
  } finally {
    await database.close();
  }
}
