/** Causes in what the job has read and written. Pure. */
import { count, duration } from "../format.ts";
import type { Hint } from "../hints.ts";
import type { Cause, LiveFacts } from "./facts.ts";

/** A job that is at least this far behind its source is not keeping up. */
const FAR_BEHIND_EVENTS = 20_000;
const FAR_BEHIND_SECONDS = 120;
const MANY_DEAD_LETTERS = 10;
const MANY_DEAD_LETTERS_SHARE = 0.05;

export function dataCauses(live: LiveFacts, hint: Hint): Cause[] {
  return [...accountCauses(live, hint), ...deadLetterCauses(live, hint)];
}

function accountCauses({ report }: LiveFacts, hint: Hint): Cause[] {
  const { account, accountError } = report;
  if (accountError !== undefined) {
    return [
      { code: "account-unknown", what: `the account cannot be made: ${accountError}`, fix: hint("status") },
    ];
  }
  if (account === undefined) return [];
  const { missing, lost, stalledMs, unread } = account;
  if (missing > 0) {
    return [
      {
        code: "rows-missing",
        what: `${count(missing)} events that the job has read are in no table: rows were deleted, or a lock in Postgres holds them up`,
        fix: hint("replay"),
      },
    ];
  }
  if (missing < 0) {
    return [
      {
        code: "rows-extra",
        what: `the tables have ${count(-missing)} more rows than the job has read events: rows were added by hand or by another job`,
        fix: hint("replay"),
      },
    ];
  }
  if (lost > 0) {
    return [
      {
        code: "events-expired",
        what: `${count(lost)} events expired or were deleted in Kafka before the job read them`,
        fix: hint("up"),
      },
    ];
  }
  if (stalledMs !== undefined) {
    return [
      {
        code: "job-stalled",
        what: `the job has read nothing for ${duration(stalledMs)}, although ${count(unread)} events wait: an open transaction of a producer may hold them back`,
        fix: hint("logs", "taskmanager"),
      },
    ];
  }
  const rate = report.producer?.eventsPerSecond ?? 0;
  if (unread < FAR_BEHIND_EVENTS || unread < rate * FAR_BEHIND_SECONDS) return [];
  return [{ code: "job-behind", what: `the job is ${count(unread)} events behind`, fix: hint("scale", "N") }];
}

function deadLetterCauses({ deadLetters }: LiveFacts, hint: Hint): Cause[] {
  if (deadLetters === undefined) return [];
  const { recent, events, reason } = deadLetters;
  if (recent < MANY_DEAD_LETTERS || recent < events * MANY_DEAD_LETTERS_SHARE) return [];
  return [
    {
      code: "dead-letters-rising",
      what: `${count(recent)} of the last ${count(events)} events are dead letters, most often: ${reason}`,
      fix: hint("sql", "'SELECT reason, count(*) FROM dead_letters GROUP BY 1 ORDER BY 2 DESC'"),
    },
  ];
}
