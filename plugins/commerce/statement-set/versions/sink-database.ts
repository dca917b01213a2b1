/** The database that the job's sinks write to. */
import type { Database } from "../../clients/postgres.ts";
import { REACHABLE_TIMEOUT_SECONDS } from "../../clients/unreachable.ts";
import type { Run } from "./run.ts";

/** Does nothing if the statement set does not name the database. */
export async function withSinkDatabase(run: Run, use: (database: Database) => Promise<void>): Promise<void> {
  const { news, connectPostgres, progress } = run;
  if (!news.sinkDatabase) return;
  const { signal } = progress;
  const database = await connectPostgres(news.sinkDatabase, REACHABLE_TIMEOUT_SECONDS, { signal });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}
