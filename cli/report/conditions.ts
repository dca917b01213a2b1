/** What is right and wrong with a stack, by subject. Pure. */
import type { Hint } from "../hints.ts";
import { isAgent } from "../services.ts";
import { accountFindings } from "./account-text.ts";
import { driftFindings, missingFindings } from "./drift-text.ts";
import type { StackReport } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** The subjects, in the order in which one explains the next. */
export const CONDITION_TYPES = [
  "ContainersHealthy",
  "JobRunning",
  "TopicReadable",
  "TablesPresent",
  "AccountCloses",
  "AsRecorded",
] as const;

/**
 * As in Kubernetes. A stack is healthy if no condition but AsRecorded has a message: it may work although the topic or a
 * table was changed by hand.
 */
export interface Condition {
  readonly type: (typeof CONDITION_TYPES)[number];
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  /** Empty if nothing is wrong. */
  readonly message: string;
  /** Since when, in ISO 8601; absent where no service says it. */
  readonly since?: string;
}

type Findings = Record<Condition["type"], readonly Finding[]>;

/** Why the stack is not healthy; empty when it is. */
export function troubles(report: StackReport, hint: Hint): string[] {
  const found = findingsOf(report, hint);
  return CONDITION_TYPES.filter((type) => type !== "AsRecorded")
    .flatMap((type) => found[type])
    .map(({ message }) => message);
}

export type Health = "healthy" | "unhealthy" | "absent";

export function healthOf(report: StackReport, hint: Hint): Health {
  if (report.containers.length === 0 && Object.keys(report.outputs).length === 0) return "absent";
  return troubles(report, hint).length === 0 ? "healthy" : "unhealthy";
}

export function conditionsOf(report: StackReport, hint: Hint): Condition[] {
  const found = findingsOf(report, hint);
  return CONDITION_TYPES.map((type) => {
    const [first] = found[type];
    const message = found[type].map((finding) => finding.message).join("; ");
    const at = sinceOf(report, type);
    const since = at === undefined ? {} : { since: new Date(at).toISOString() };
    return { type, ...(first ?? withoutFinding(report, type)), message, ...since };
  });
}

function withoutFinding(report: StackReport, type: Condition["type"]): Pick<Condition, "status" | "reason"> {
  if (type === "JobRunning" && report.paused) return { status: "False", reason: "Paused" };
  const isKnown = {
    ContainersHealthy: true,
    JobRunning: report.job?.ok === true,
    TopicReadable: report.uncommitted !== undefined,
    TablesPresent: report.rows?.ok === true,
    AccountCloses: report.account !== undefined,
    AsRecorded: report.drift?.topic !== undefined && report.drift.columns !== undefined,
  }[type];
  return isKnown ? { status: "True", reason: "AsExpected" } : { status: "Unknown", reason: "NotObserved" };
}

function sinceOf({ containers, job }: StackReport, type: Condition["type"]): number | undefined {
  if (type === "JobRunning") return job?.ok ? job.value.since : undefined;
  if (type !== "ContainersHealthy") return undefined;
  const changes = containers.flatMap(({ since }) => (since === undefined ? [] : [since]));
  return changes.length === 0 ? undefined : Math.max(...changes);
}

function findingsOf(report: StackReport, hint: Hint): Findings {
  if (report.isDockerThere && report.containers.length === 0) {
    const gone = { status: "False", reason: "ContainersGone", message: allGone(report, hint) } as const;
    return {
      ...{ ContainersHealthy: [gone], JobRunning: [], TopicReadable: [] },
      ...{ TablesPresent: [], AccountCloses: [], AsRecorded: [] },
    };
  }
  return {
    ContainersHealthy: containerFindings(report, hint),
    JobRunning: report.paused ? [] : jobFindings(report, hint),
    TopicReadable: topicFindings(report, hint),
    TablesPresent: tableFindings(report, hint),
    AccountCloses: [
      ...(report.account ? accountFindings(report.account, hint) : []),
      ...unknown("AccountUnknown", "the account is unknown", report.accountError),
    ],
    AsRecorded: asRecordedFindings(report, hint),
  };
}

export function asRecordedFindings({ drift }: StackReport, hint: Hint): readonly Finding[] {
  return drift === undefined ? [] : driftFindings(drift, hint);
}

/** Without its volumes a stack can only start again empty. */
function allGone({ volumes }: StackReport, hint: Hint): string {
  return volumes.length > 0
    ? `all its containers are gone, but its volumes still exist: \`${hint("up")}\` creates the containers again and keeps the data`
    : `all its containers and volumes are gone: \`${hint("destroy", "--purge")}\` removes its state, then \`${hint("up")}\` starts again, empty`;
}

function containerFindings({ isDockerThere, containers, drift }: StackReport, hint: Hint): Finding[] {
  if (!isDockerThere)
    return [
      {
        status: "Unknown",
        reason: "DockerUnreachable",
        message: "no Docker engine answers, so the containers are unknown",
      },
    ];
  const faults = containers
    .filter(({ name }) => !isAgent(name))
    .flatMap(({ name, state, health }): Finding[] => {
      if (state !== "running")
        return [{ status: "False", reason: "ContainerNotRunning", message: `${name} is ${state}` }];
      if (health !== "unhealthy" && health !== "starting") return [];
      const reason = health === "starting" ? "ContainerStarting" : "ContainerUnhealthy";
      return [{ status: "False", reason, message: `${name} is ${health}` }];
    });
  return [...(drift === undefined ? [] : missingFindings(drift, hint)), ...faults];
}

function jobFindings({ job, outputs }: StackReport, hint: Hint): Finding[] {
  if (job === undefined) {
    // With an id, there was no JobManager to ask, which is reported already.
    if (outputs.jobId) return [];
    const message = `the stack has no Flink job: \`${hint("up")}\` submits it`;
    return [{ status: "False", reason: "NoJob", message }];
  }
  if (!job.ok) return unknown("JobUnknown", "the state of the Flink job is unknown", job.error);
  const { state, failure } = job.value;
  if (state === "RUNNING") return [];
  const message = `the Flink job is ${state}${failure === undefined ? "" : `: ${failure}`}`;
  return [{ status: "False", reason: `Job${state[0]}${state.slice(1).toLowerCase()}`, message }];
}

function topicFindings({ isOtherTopic, kafkaError }: StackReport, hint: Hint): Finding[] {
  const other: Finding = {
    status: "False",
    reason: "OtherTopic",
    message: `the topic is not the one that the job has read, but was created again: \`${hint("up")}\` names the ways to go on`,
  };
  return [
    ...(isOtherTopic ? [other] : []),
    ...unknown("TopicUnreadable", "the topic cannot be read", kafkaError),
  ];
}

function tableFindings({ rows, missingTables }: StackReport, hint: Hint): Finding[] {
  const missing = missingTables.map(
    (table): Finding => ({
      status: "False",
      reason: "TableMissing",
      message: `table ${table} is gone: \`${hint("up")}\` creates it again`,
    }),
  );
  const error = rows?.ok === false ? rows.error : undefined;
  return [...unknown("TablesUnreadable", "the tables cannot be counted", error), ...missing];
}

function unknown(reason: string, what: string, error: string | undefined): Finding[] {
  return error === undefined ? [] : [{ status: "Unknown", reason, message: `${what}: ${error}` }];
}
