/** Causes in the job, and in what it reads and writes. Pure. */
import { USERS } from "../../facts/pipeline.ts";
import { count, duration } from "../format.ts";
import type { Hint } from "../hints.ts";
import type { Cause, LiveFacts } from "./facts.ts";
import { isLoginRefused } from "./service-rules.ts";
import type { Services } from "./services.ts";

/** A job that reads so much and more behind its source is not keeping up. */
const FAR_BEHIND_EVENTS = 20_000;
const FAR_BEHIND_SECONDS = 120;
const OLD_CHECKPOINT_MS = 15 * 60_000;
const MANY_DEAD_LETTERS = 10;
const MANY_DEAD_LETTERS_SHARE = 0.05;

export function jobCauses(live: LiveFacts, services: Services, hint: Hint): Cause[] {
  const { report } = live;
  if (report.paused) {
    return [{ code: "job-paused", what: "the job is paused, and events wait in Kafka", fix: hint("resume") }];
  }
  if (services.container("jobmanager") === undefined) return [];
  if (report.job === undefined) {
    return report.outputs.jobId
      ? []
      : [
          {
            code: "job-missing",
            what: "the stack has no Flink job: its start did not get that far",
            fix: hint("up"),
          },
        ];
  }
  if (!report.job.ok) return [unknownJob(report.job.error, services, hint)];
  const { state, failure } = report.job.value;
  if (state === "RUNNING") return runningCauses(live, services, hint);
  if (state === "CANCELED" || state === "FINISHED" || state === "CANCELLING") {
    return [
      { code: "job-canceled", what: `the Flink job is ${state}: somebody has stopped it`, fix: hint("up") },
    ];
  }
  // Without its services a job restarts until they are back.
  if (state !== "FAILED" && !services.areUp("kafka", "postgres", "taskmanager")) return [];
  return [failedJob(state, failure, live, hint)];
}

function unknownJob(error: string, services: Services, hint: Hint): Cause {
  if (/not found|could not find/i.test(error)) {
    return {
      code: "job-lost",
      what: "Flink does not have the job any more: its JobManager has started again",
      fix: hint("up"),
    };
  }
  return {
    code: "flink-unreachable",
    what: `the JobManager runs, but does not answer: ${error}`,
    fix: `docker restart ${services.container("jobmanager")}`,
  };
}

/** The job's last failure says which of its services it is about. */
function failedJob(state: string, failure = "no reason is known", live: LiveFacts, hint: Hint): Cause {
  const is = `the Flink job is ${state}`;
  if (isLoginRefused(failure)) {
    return {
      code: "writer-password",
      what: `${is}: Postgres refuses the password of ${USERS.writer}`,
      fix: hint("up"),
    };
  }
  if (/out of range|OffsetOutOfRange/i.test(failure)) {
    return {
      code: "events-expired",
      what: `${is}: events that it has not read have expired in Kafka`,
      fix: hint("up"),
    };
  }
  if (/UnknownTopicOrPartition|does not host this topic/i.test(failure)) {
    return { code: "topic-missing", what: `${is}: the topic is not the one that it reads`, fix: hint("up") };
  }
  if (/No space left|disk full|could not extend file/i.test(failure)) {
    return { code: "disk-full", what: `${is}: a disk is full (${failure})`, fix: "docker system df" };
  }
  if (/NoResourceAvailable|minimum required resources|slots? /i.test(failure)) {
    const { slots } = live.job ?? {};
    const has = slots === undefined ? "" : `: ${slots.total} in ${slots.taskManagers} TaskManagers`;
    return { code: "slots-missing", what: `${is}: there are not enough task slots${has}`, fix: hint("up") };
  }
  return {
    code: "job-failing",
    what: `${is}: ${failure}`,
    fix: state === "FAILED" ? hint("up") : hint("logs", "taskmanager", "jobmanager"),
  };
}

function runningCauses(live: LiveFacts, services: Services, hint: Hint): Cause[] {
  const { job } = live;
  if (!services.areUp("kafka", "postgres", "taskmanager")) return [];
  return [
    ...(job?.checkpointFailure === undefined
      ? []
      : [
          {
            code: "checkpoints-failing",
            what: `the last checkpoint of the job has failed: ${job.checkpointFailure}`,
            fix: hint("logs", "jobmanager"),
          },
        ]),
    ...(job?.checkpointAge !== undefined &&
    job.checkpointAge > OLD_CHECKPOINT_MS &&
    job.checkpointFailure === undefined
      ? [
          {
            code: "checkpoints-missing",
            what: `the last checkpoint of the job was ${duration(job.checkpointAge)} ago`,
            fix: hint("logs", "jobmanager"),
          },
        ]
      : []),
    ...accountCauses(live, hint),
    ...deadLetterCauses(live, hint),
  ];
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
