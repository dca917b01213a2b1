/** Causes in the job, and in what it reads and writes. Pure. */
import { USERS } from "../../facts/pipeline.ts";
import { duration } from "../format.ts";
import type { Hint } from "../hints.ts";
import { dataCauses } from "./account-rules.ts";
import type { Cause, LiveFacts } from "./facts.ts";
import { isLoginRefused } from "./postgres-rules.ts";
import type { Services } from "./services.ts";

const OLD_CHECKPOINT_MS = 15 * 60_000;

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

/** The job's last failure tells which of its services caused it. */
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
  if (job !== undefined && job.others.length > 0) {
    return [
      {
        code: "unexpected-job",
        what: `another job writes the same tables: ${job.others.join(", ")}`,
        fix: hint("up"),
      },
    ];
  }
  if (!services.areUp("kafka", "postgres", "taskmanager")) return [];
  const { checkpointAge, checkpointFailure } = live.report.job?.ok ? live.report.job.value : {};
  return [
    ...(checkpointFailure === undefined
      ? []
      : [
          {
            code: "checkpoints-failing",
            what: `the last checkpoint of the job has failed: ${checkpointFailure}`,
            fix: hint("logs", "jobmanager"),
          },
        ]),
    ...(checkpointAge !== undefined && checkpointAge > OLD_CHECKPOINT_MS && checkpointFailure === undefined
      ? [
          {
            code: "checkpoints-missing",
            what: `the last checkpoint of the job was ${duration(checkpointAge)} ago`,
            fix: hint("logs", "jobmanager"),
          },
        ]
      : []),
    ...dataCauses(live, hint),
  ];
}
