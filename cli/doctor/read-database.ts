import { USERS } from "../../facts/pipeline.ts";
import { openPostgres } from "../postgres.ts";
import { declaredTables } from "../report/table-rows.ts";
import { readAlteredTypes } from "./column-types.ts";
import type { DeadLetterFacts, LockHolder } from "./facts.ts";

export interface DatabaseFacts {
  readonly alteredTypes: readonly string[];
  readonly notWritable: readonly string[];
  readonly lockHolders: readonly LockHolder[];
  readonly deadLetters: DeadLetterFacts | undefined;
}

const NOT_WRITABLE = `
  SELECT c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_roles r ON r.rolname = '${USERS.writer}'
  WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname = ANY ($1)
    AND NOT (has_table_privilege(r.oid, c.oid, 'INSERT') AND has_table_privilege(r.oid, c.oid, 'UPDATE')
      AND has_table_privilege(r.oid, c.oid, 'SELECT') AND has_table_privilege(r.oid, c.oid, 'DELETE'))
  ORDER BY 1`;

/** Sessions that nobody blocks, and for which others have waited for more than five seconds. */
const LOCK_HOLDERS = `
  WITH waiting AS (
    SELECT pid, unnest(pg_blocking_pids(pid)) AS holder FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND now() - state_change > interval '5 seconds')
  SELECT a.pid, count(DISTINCT w.pid)::int AS waiting,
    concat_ws(', ', a.usename, nullif(a.application_name, ''), a.state, left(a.query, 80)) AS session
  FROM waiting w JOIN pg_stat_activity a ON a.pid = w.holder
  WHERE a.pid NOT IN (SELECT pid FROM waiting)
  GROUP BY a.pid, a.usename, a.application_name, a.state, a.query`;

/** Whether dead letters are arriving now. */
const DEAD_LETTERS = `
  WITH recent AS (
    SELECT reason FROM dead_letters WHERE received_at > timezone('UTC', now()) - interval '2 minutes'
    ORDER BY received_at DESC LIMIT 100000)
  SELECT count(*) AS recent, mode() WITHIN GROUP (ORDER BY reason) AS reason,
    (SELECT count(*) FROM transactions WHERE transactionDate > timezone('UTC', now()) - interval '2 minutes') AS events
  FROM recent`;

/** @throws Error when the owner cannot log in */
export async function readDatabase(ownerUrl: string, projectDir: string): Promise<DatabaseFacts> {
  const client = await openPostgres(ownerUrl, { command: "doctor", statementTimeoutMs: 2_000 });
  try {
    const holders = await client.query<LockHolder>(LOCK_HOLDERS);
    const notWritable = await client.query<{ name: string }>(NOT_WRITABLE, [declaredTables(projectDir)]);
    // A table may be gone or locked, which is a cause of its own.
    const letters = await client
      .query<{ recent: string; reason: string | null; events: string }>(DEAD_LETTERS)
      .catch(() => ({ rows: [] }));
    const [found] = letters.rows;
    return {
      alteredTypes: await readAlteredTypes(client, projectDir).catch(() => []),
      notWritable: notWritable.rows.map(({ name }) => name),
      lockHolders: holders.rows,
      deadLetters: found && {
        recent: Number(found.recent),
        events: Number(found.events) + Number(found.recent),
        reason: found.reason ?? "",
      },
    };
  } finally {
    await client.end();
  }
}
