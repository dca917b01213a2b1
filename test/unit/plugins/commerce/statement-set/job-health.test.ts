import { describe, expect, it } from "vitest";
import type { Failure, FlinkCluster, Job } from "../../../../../plugins/commerce/clients/flink-rest.ts";
import { HttpError } from "../../../../../plugins/commerce/clients/http.ts";
import { Unreachable } from "../../../../../plugins/commerce/clients/unreachable.ts";
import { untilHealthy } from "../../../../../plugins/commerce/statement-set/job.ts";
import { healthWatch, type Look } from "../../../../../plugins/commerce/statement-set/job-health.ts";

const running: Job = {
  ...{ id: "a", name: "pipeline", state: "RUNNING", startTime: 0 },
  tasks: { total: 2, running: 2 },
};
const failure = (at: number, message = "Ask timed out after 10000 ms"): Failure => ({ at, message });
const looking = (look: Partial<Look>): Look => ({
  ...{ job: running, failures: [], completed: 1, now: 0 },
  ...look,
});

describe("the health of a job", () => {
  it("asks once for the first checkpoint, and is healthy with it", () => {
    const judge = healthWatch(0);
    expect(judge(looking({ completed: 0 }))).toMatchObject({ is: "pending", checkpoint: true });
    expect(judge(looking({ completed: 0 }))).toMatchObject({ is: "pending", checkpoint: false });
    expect(judge(looking({}))).toEqual({ is: "healthy" });
  });

  it("needs every task to run", () => {
    const job = { ...running, tasks: { total: 2, running: 1 } };
    expect(healthWatch(0)(looking({ job }))).toMatchObject({ is: "pending", checkpoint: false });
  });

  it("needs the health window and one more checkpoint for a new version", () => {
    const judge = healthWatch(10);
    expect(judge(looking({}))).toMatchObject({ is: "pending", status: "RUNNING, watched for 10 s" });
    expect(judge(looking({ now: 9_999, completed: 3 }))).toMatchObject({ is: "pending", checkpoint: false });
    expect(judge(looking({ now: 10_000, completed: 3 }))).toMatchObject({ is: "pending", checkpoint: true });
    expect(judge(looking({ now: 10_100, completed: 4 }))).toEqual({ is: "healthy" });
  });

  it("begins the window again after a failure that passes", () => {
    const judge = healthWatch(10);
    judge(looking({}));
    const failures = [failure(5)];
    const restarting = { ...running, state: "RESTARTING" };
    expect(judge(looking({ job: restarting, failures, now: 5_000 }))).toMatchObject({ is: "pending" });
    expect(judge(looking({ failures, now: 8_000 }))).toMatchObject({ status: "RUNNING, watched for 10 s" });
    expect(judge(looking({ failures, now: 17_999 }))).toMatchObject({ is: "pending", checkpoint: false });
    expect(judge(looking({ failures, now: 18_000 }))).toMatchObject({ is: "pending", checkpoint: true });
    expect(judge(looking({ failures, now: 18_100, completed: 2 }))).toEqual({ is: "healthy" });
  });

  it("ends with the root cause of a failure that recurs", () => {
    const judge = healthWatch(10);
    judge(looking({}));
    const failures = [failure(4, "division by zero"), failure(3), failure(2), failure(1)];
    expect(judge(looking({ failures: failures.slice(1) }))).toMatchObject({ is: "pending" });
    expect(judge(looking({ failures }))).toEqual({
      is: "failed",
      reason: expect.stringMatching(/^does not .*division by zero$/),
    });
  });

  it("ends at once if the job has ended, or its state does not fit", () => {
    const ended = { ...running, state: "FAILED" };
    expect(healthWatch(10)(looking({ job: ended }))).toMatchObject({ is: "failed" });
    const failures = [failure(1, "Cannot map checkpoint/savepoint state for operator x")];
    expect(healthWatch(10)(looking({ failures }))).toMatchObject({ is: "failed" });
  });

  it("waits 30 s for a job that the JobManager does not know, and gives it up then", () => {
    const judge = healthWatch(10);
    const unknown = { job: undefined };
    expect(judge(looking({ ...unknown, now: 0 }))).toMatchObject({ is: "pending", checkpoint: false });
    expect(judge(looking({ now: 20_000 }))).toMatchObject({ is: "pending" });
    expect(judge(looking({ ...unknown, now: 25_000 }))).toMatchObject({ is: "pending" });
    expect(judge(looking({ ...unknown, now: 54_900 }))).toMatchObject({ is: "pending" });
    expect(judge(looking({ ...unknown, now: 55_000 }))).toEqual({
      is: "failed",
      reason: expect.stringMatching(/^is lost: .* for 30 s\. .*highAvailability/),
    });
  });

  it("does not count slots that are missing, or what an adopted job recovered from", () => {
    const noSlots = Array.from({ length: 5 }, (_, at) => failure(at + 1, "NoResourceAvailableException"));
    expect(healthWatch(10)(looking({ failures: noSlots }))).toMatchObject({ is: "pending" });
    const old = Array.from({ length: 5 }, () => failure(1));
    expect(healthWatch(0)(looking({ failures: old }))).toEqual({ is: "healthy" });
  });
});

describe("the wait for a healthy job", () => {
  const spec = { name: "pipeline", startTimeoutSeconds: 5, healthSeconds: 0 };
  const progress = { log: () => undefined, status: () => undefined, signal: new AbortController().signal };
  /** A JobManager that answers the first requests with these errors. */
  const clusterWith = (...errors: Error[]) =>
    ({
      jobs: async () => {
        const error = errors.shift();
        if (error) throw error;
        return [running];
      },
      failures: async () => [],
      checkpoints: async () => ({ completed: 1 }),
    }) as unknown as FlinkCluster;

  it("asks again after a time-out inside the cluster, and when nothing answers", async () => {
    const timeout = new HttpError("AskTimeoutException", 500, []);
    await untilHealthy(clusterWith(timeout, new Unreachable("refused")), "a", spec, progress);
  });

  it("ends with an error that does not pass", async () => {
    const refused = new HttpError("Forbidden", 403, []);
    await expect(untilHealthy(clusterWith(refused), "a", spec, progress)).rejects.toThrow("Forbidden");
  });
});
