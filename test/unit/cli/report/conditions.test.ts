import { describe, expect, it } from "vitest";
import { hintsFor } from "../../../../cli/hints.ts";
import { accountOf } from "../../../../cli/report/account.ts";
import { CONDITION_TYPES, conditionsOf, troubles } from "../../../../cli/report/conditions.ts";
import type { StackReport } from "../../../../cli/report/facts.ts";
import { observed } from "../observed.ts";

const hint = hintsFor({ stack: "dev" }, { npm_lifecycle_event: "status" });
const since = Date.UTC(2026, 10, 28, 12);

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
  ...{ isOtherTopic: false, kafkaError: undefined },
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
    expect(notTrue({ paused: true, job: undefined })).toEqual(["JobRunning: False Paused"]);
    expect(troubles({ ...healthy, paused: true, job: undefined }, hint)).toEqual([]);
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
    ["another topic", { isOtherTopic: true }, ["TopicReadable: False OtherTopic"]],
    ["a table that is gone", { missingTables: ["sales_per_day"] }, ["TablesPresent: False TableMissing"]],
    [
      "an account that does not close",
      { account: accountOf(observed(9, { transactions: 3, duplicates: 0, deadLetters: 0, proofs: 0 })) },
      ["AccountCloses: False RowsMissing"],
    ],
    [
      "all containers gone",
      { containers: [], job: undefined, rows: undefined, account: undefined, uncommitted: undefined },
      [
        "ContainersHealthy: False ContainersGone",
        ...["JobRunning", "TopicReadable", "TablesPresent", "AccountCloses"].map(
          (type) => `${type}: Unknown NotObserved`,
        ),
      ],
    ],
  ])("name %s", (_what, change, expected) => expect(notTrue(change)).toEqual(expected));
});
