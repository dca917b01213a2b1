import { describe, expect, it } from "vitest";
import { hintsFor } from "../../../../cli/hints.ts";
import { accountOf } from "../../../../cli/report/account.ts";
import { CONDITION_TYPES, conditionsOf, healthOf, troubles } from "../../../../cli/report/conditions.ts";
import type { Drift } from "../../../../cli/report/drift.ts";
import type { StackReport } from "../../../../cli/report/facts.ts";
import { observed } from "../observed.ts";

const hint = hintsFor({ stack: "dev" }, { npm_lifecycle_event: "status" });
const since = Date.UTC(2026, 10, 28, 12);
const undrifted: Drift = {
  missing: { containers: [], volumes: [], network: undefined },
  topic: [],
  columns: [],
};

const healthy: StackReport = {
  project: { name: "commerce-pipeline", stack: "dev" },
  isDockerThere: true,
  containers: [
    {
      ...{ id: "k", name: "commerce-pipeline-dev-kafka", service: "kafka", image: "kafka", ports: [] },
      ...{ state: "running", health: "healthy", since },
    },
  ],
  volumes: [],
  outputs: { jobId: "abc" },
  job: {
    ok: true,
    value: {
      ...{
        id: "abc",
        name: "job",
        state: "RUNNING",
        since,
        age: 1,
        restarts: 0,
        checkpointFailure: undefined,
        failure: undefined,
      },
      ...{ checkpoints: 1, checkpointAge: 1, checkpointBytes: 1 },
    },
  },
  ...{ paused: false, savepoint: undefined, deadLetters: [], producer: undefined, storage: undefined },
  rows: { ok: true, value: { transactions: 3 } },
  account: accountOf(observed(3, { transactions: 3, duplicates: 0, deadLetters: 0, proofs: 0 })),
  ...{ accountError: undefined, uncommitted: 0, missingTables: [], reads: undefined },
  ...{ isOtherTopic: false, kafkaError: undefined, drift: undrifted },
};

/** Those that are not True, as `Type: status reason`. */
const notTrue = (change: Partial<StackReport>) =>
  conditionsOf({ ...healthy, ...change }, hint)
    .filter(({ status }) => status !== "True")
    .map(({ type, status, reason }) => `${type}: ${status} ${reason}`);

describe("the conditions of a stack", () => {
  it("are all true if it is healthy, and say since when where that is known", () => {
    const conditions = conditionsOf(healthy, hint);
    expect(conditions.map(({ type }) => type)).toEqual(CONDITION_TYPES);
    expect(notTrue({})).toEqual([]);
    expect(conditions.find(({ type }) => type === "JobRunning")).toEqual({
      ...{ type: "JobRunning", status: "True", reason: "AsExpected", message: "" },
      since: "2026-11-28T12:00:00.000Z",
    });
  });

  it("say that a paused job does not run, which is not a fault", () => {
    const paused = { paused: true, job: undefined };
    expect(notTrue(paused)).toEqual(["JobRunning: False Paused"]);
    expect(troubles({ ...healthy, ...paused }, hint)).toEqual([]);
  });

  it("say what was changed by hand, which alone is not a fault", () => {
    const drift: Drift = {
      ...undrifted,
      topic: [{ setting: "retention.ms", recorded: "-1", actual: "60000" }],
      columns: ["transactions.amount"],
    };
    expect(conditionsOf({ ...healthy, drift }, hint).at(-1)).toEqual({
      ...{ type: "AsRecorded", status: "False", reason: "TopicChanged" },
      message:
        "the topic was changed: retention.ms is 60000, not -1; `npm start` sets it back; " +
        "column amount of transactions was dropped or recreated: `npm start` repairs the table",
    });
    expect(healthOf({ ...healthy, drift }, hint)).toBe("healthy");
    expect(notTrue({ drift: { ...drift, topic: undefined } })).toEqual(["AsRecorded: False TableChanged"]);
  });

  it("name a container that was removed, and the command that creates it again", () => {
    const missing = { ...undrifted.missing, containers: ["commerce-pipeline-dev-pgadmin"] };
    const report = { ...healthy, drift: { ...undrifted, missing } };
    expect(conditionsOf(report, hint)[0]).toMatchObject({
      ...{ type: "ContainersHealthy", status: "False", reason: "ContainerMissing" },
      message: "the container commerce-pipeline-dev-pgadmin is gone: `npm start` creates it again",
    });
    expect(healthOf(report, hint)).toBe("unhealthy");
  });

  it.each<[string, Partial<StackReport>, string[]]>([
    [
      "a stopped container",
      { containers: healthy.containers.map((one) => ({ ...one, state: "exited" })) },
      ["ContainersHealthy: False ContainerNotRunning"],
    ],
    [
      "a failed job",
      { job: healthy.job?.ok ? { ok: true, value: { ...healthy.job.value, state: "FAILED" } } : undefined },
      ["JobRunning: False JobFailed"],
    ],
    [
      "a Flink that does not answer",
      { job: { ok: false, error: "refused" } },
      ["JobRunning: Unknown JobUnknown"],
    ],
    ["a stack that was not compared", { drift: undefined }, ["AsRecorded: Unknown NotObserved"]],
    [
      "a Kafka that does not answer",
      { drift: { ...undrifted, topic: undefined } },
      ["AsRecorded: Unknown NotObserved"],
    ],
    [
      "a Postgres that does not answer",
      { drift: { ...undrifted, columns: undefined } },
      ["AsRecorded: Unknown NotObserved"],
    ],
    ["another topic", { isOtherTopic: true }, ["TopicReadable: False OtherTopic"]],
    ["a table that is gone", { missingTables: ["sales_per_day"] }, ["TablesPresent: False TableMissing"]],
    [
      "an account that does not close",
      { account: accountOf(observed(9, { transactions: 3, duplicates: 0, deadLetters: 0, proofs: 0 })) },
      ["AccountCloses: False RowsMissing"],
    ],
    [
      "all containers gone",
      {
        ...{ containers: [], job: undefined, rows: undefined, account: undefined, uncommitted: undefined },
        drift: { ...undrifted, topic: undefined, columns: undefined },
      },
      [
        "ContainersHealthy: False ContainersGone",
        ...["JobRunning", "TopicReadable", "TablesPresent", "AccountCloses", "AsRecorded"].map(
          (type) => `${type}: Unknown NotObserved`,
        ),
      ],
    ],
  ])("name %s", (_what, change, expected) => expect(notTrue(change)).toEqual(expected));
});
