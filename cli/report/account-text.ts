/** What the report says of the account. Pure. */
import { count, duration } from "../format.ts";
import type { Hint } from "../hints.ts";
import type { Account } from "./account.ts";
import type { Finding } from "./finding.ts";

/** @param now in milliseconds since 1970 */
export function accountLines(account: Account, isPaused: boolean, now: number): string[] {
  const { eventsIn, transactions, duplicates, deadLetters, proofs, replaced, expired } = account;
  const parts = [
    `${count(transactions)} transactions`,
    `${count(duplicates)} duplicates`,
    `${count(deadLetters)} dead letters`,
    ...(proofs === 0 ? [] : [`${count(proofs)} of the proof`]),
    ...(replaced === 0 ? [] : [`${count(replaced)} replaced`]),
  ];
  return [
    `${count(eventsIn)} events in: ${outcome(account, isPaused)}`,
    `= ${parts.join(" + ")}`,
    ...freshness(account, now),
    ...(expired === 0 ? [] : [`the oldest ${count(expired)} have expired in Kafka`]),
  ];
}

function outcome({ missing, unread, closes, isExact, stalledMs }: Account, isPaused: boolean): string {
  if (missing > 0) return `DOES NOT CLOSE: ${count(missing)} missing`;
  if (missing < 0) return `DOES NOT CLOSE: ${count(-missing)} counted more than once`;
  if (isPaused && unread > 0) return `${count(unread)} wait for the job`;
  if (stalledMs !== undefined) return `${count(unread)} wait, and the job does not read them`;
  if (!isExact && unread === 0) return "the job is down, and may read some of them again";
  if (!isExact) return `${count(unread)} still to be read`;
  if (closes && unread === 0) return "the account closes";
  return `the account closes; ${count(unread)} on their way`;
}

/** Up to which event the tables are right: the oldest one that the job has not read. */
function freshness({ unreadSince, closes }: Account, now: number): string[] {
  if (unreadSince === undefined || !closes) return [];
  const time = new Date(unreadSince).toISOString();
  return [`the tables are right up to ${time}, ${duration(now - unreadSince)} ago`];
}

/** What is wrong with the account, and what may have caused it. */
export function accountFindings(account: Account, hint: Hint): Finding[] {
  const { missing, isExact, lost, unread, stalledMs } = account;
  const found: Finding[] = [];
  const add = (reason: string, message: string) => found.push({ status: "False", reason, message });
  if (missing > 0)
    add(
      "RowsMissing",
      `the account does not close: ${isExact ? "" : "at least "}${events(missing)} that the job has read ${missing === 1 ? "is" : "are"} in no table. ` +
        `Rows were deleted by hand, a lock in Postgres holds them up, or an id came again after deduplicationTtl. \`${hint("replay")}\` rebuilds the tables`,
    );
  if (missing < 0)
    add(
      "RowsTooMany",
      `the account does not close: the tables have ${count(-missing)} more ${missing === -1 ? "row" : "rows"} than the job has read events. ` +
        `Rows were added by hand, or by another job. \`${hint("replay")}\` rebuilds the tables`,
    );
  if (lost > 0)
    add(
      "EventsExpired",
      `${isExact ? events(lost) : "events"} expired or were deleted in Kafka before the job read them: ` +
        `\`${hint("up")}\` names the ways to go on`,
    );
  if (stalledMs !== undefined)
    add(
      "JobStalled",
      `the job has read nothing for ${Math.round(stalledMs / 1000)} s, although ${events(unread)} ${unread === 1 ? "waits" : "wait"} in Kafka`,
    );
  return found;
}

function events(number: number): string {
  return `${count(number)} ${number === 1 ? "event" : "events"}`;
}
