/** Causes in Postgres, where its container runs. Pure. */
import { USERS } from "../../facts/pipeline.ts";
import type { Hint } from "../hints.ts";
import type { Found } from "../report/facts.ts";
import type { Cause, LiveFacts } from "./facts.ts";
import type { Services } from "./services.ts";

export function postgresCauses(live: LiveFacts, { container }: Services, hint: Hint): Cause[] {
  const postgres = container("postgres");
  if (postgres === undefined) return [];
  const { owner, report, lockHolders, alteredColumns, notWritable } = live;
  const found: Cause[] = [];
  if (owner?.ok === false && /database ".*" does not exist/.test(owner.error)) {
    const what = `the database was dropped: ${owner.error}`;
    // At every start the server creates it if it is missing.
    return [{ code: "database-missing", what, fix: `docker restart ${postgres}` }];
  }
  if (owner?.ok === false) {
    const isRefused = isLoginRefused(owner.error);
    found.push({
      code: isRefused ? "owner-password" : "postgres-unreachable",
      what: isRefused
        ? `Postgres refuses the password of ${USERS.owner} that the state has: ${owner.error}`
        : `${postgres} runs, but Postgres does not answer: ${owner.error}`,
      // At every start the server sets the owner's password to the stack's.
      fix: `docker restart ${postgres}`,
    });
    if (!isRefused) return found;
  }
  if (live.writer?.ok === false) {
    const isRefused = isLoginRefused(live.writer.error);
    found.push({
      code: isRefused ? "writer-password" : "writer-login",
      what: isRefused
        ? `Postgres refuses the password of ${USERS.writer} that the job has: ${live.writer.error}`
        : `${USERS.writer}, as which the job writes, cannot log in: ${live.writer.error}`,
      fix: hint("up"),
    });
  }
  for (const { pid, session, waiting } of lockHolders) {
    found.push({
      code: "lock-held",
      what: `a session in Postgres holds a lock for which ${waiting === 1 ? "another one waits" : `${waiting} others wait`}: ${session}`,
      fix: `docker exec ${postgres} psql -U ${USERS.owner} -c 'SELECT pg_terminate_backend(${pid})'`,
    });
  }
  // Counting the rows waits for the same lock.
  if (report.rows?.ok === false && lockHolders.length === 0) found.push(readerCause(report.rows, hint));
  if (report.missingTables.length > 0) {
    found.push({
      code: "table-missing",
      what: `tables were dropped: ${report.missingTables.join(", ")}`,
      fix: hint("up"),
    });
  }
  if (alteredColumns.length > 0) {
    found.push({
      code: "table-altered",
      what: `columns were changed by hand: ${alteredColumns.join(", ")}`,
      fix: hint("up"),
    });
  }
  if (notWritable.length > 0) {
    found.push({
      code: "writer-privileges",
      what: `${USERS.writer}, as which the job writes, may not write ${notWritable.join(", ")}`,
      fix: hint("up"),
    });
  }
  return found;
}

function readerCause({ error }: Found<unknown> & { ok: false }, hint: Hint): Cause {
  if (isLoginRefused(error)) {
    return {
      code: "reader-password",
      what: `Postgres refuses the password of ${USERS.reader} that the state has: ${error}`,
      fix: hint("up"),
    };
  }
  if (error.includes("permission denied")) {
    return {
      code: "reader-privileges",
      what: `${USERS.reader} may not read the tables: ${error}`,
      fix: hint("up"),
    };
  }
  return { code: "tables-unreadable", what: `the tables cannot be read: ${error}`, fix: hint("up") };
}

export const isLoginRefused = (error: string) =>
  /password authentication failed|role ".*" (does not exist|is not permitted to log in)|no pg_hba.conf entry/i.test(
    error,
  );
