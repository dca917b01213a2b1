import { describe, expect, it } from "vitest";
import {
  decide,
  type LiveJob,
  type Wanted,
} from "../../../../../../plugins/commerce/statement-set/versions/decide.ts";
import {
  addVersion,
  changeVersion,
  type History,
  NO_HISTORY,
  promote,
} from "../../../../../../plugins/commerce/statement-set/versions/history.ts";

const wanted: Wanted = { hash: "new", desiredState: "running", upgradePolicy: "resume", lostRows: [] };

/** Version 1 (`old`) is current, version 2 (`new`) has been tried. */
function history(outcome?: "starting" | "running" | "failed"): History {
  const at = new Date(0);
  const [first] = addVersion(NO_HISTORY, { hash: "old", settings: {}, outcome: "starting" }, at);
  const current = promote(first, 1);
  if (!outcome) return current;
  const [second] = addVersion(current, { hash: "new", settings: {}, outcome: "starting" }, at);
  return outcome === "running" ? promote(second, 2) : changeVersion(second, 2, () => ({ outcome }));
}

const job = (id: string, hash: string, version: number | undefined, isShadow = false): LiveJob => ({
  ...{ id, hash, version, isShadow, name: "pipeline", state: "RUNNING", startTime: 0 },
  tasks: { total: 1, running: 1 },
});

const kind = (live: LiveJob[], past: History, change: Partial<Wanted> = {}) =>
  decide({ ...wanted, ...change }, live, past).action.kind;

describe("the action", () => {
  it("is a start if there has never been a job", () => {
    expect(decide(wanted, [], NO_HISTORY)).toEqual({
      action: { kind: "start" },
      unexpected: [],
      hasStaleRows: false,
    });
  });

  it("is only an adoption if the wanted version runs", () => {
    const running = job("a", "new", 2);
    expect(decide(wanted, [running], history("running"))).toEqual({
      action: { kind: "adopt", job: running, wantsSavepoint: false },
      unexpected: [],
      hasStaleRows: false,
    });
  });

  it("adopts a job that a killed run submitted", () => {
    expect(kind([job("a", "new", 2)], history("starting"))).toBe("adopt");
  });

  it("resumes from the current version, whether it runs or not, and also if a later version failed", () => {
    for (const live of [[job("a", "old", 1)], []])
      for (const past of [history(), history("starting"), history("failed")])
        expect(decide(wanted, live, past).action).toMatchObject({
          kind: "resume",
          before: { version: 1 },
        });
  });

  it("never adopts a failed version", () => {
    const failed = job("b", "new", 2);
    const { action, unexpected } = decide(wanted, [failed, job("a", "old", 1)], history("failed"));
    expect(action).toMatchObject({ kind: "resume", job: { id: "a" } });
    expect(unexpected).toEqual([failed]);
  });

  it("follows the policy only if the statements change", () => {
    const live = [job("a", "old", 1)];
    expect(kind(live, history(), { upgradePolicy: "stateless" })).toBe("start");
    expect(kind(live, history(), { upgradePolicy: "replay" })).toBe("replay");
    for (const upgradePolicy of ["stateless", "replay"] as const) {
      expect(kind([job("b", "new", 2)], history("running"), { upgradePolicy })).toBe("adopt");
      // The job was lost with its cluster. Its state still exists.
      expect(kind([], history("running"), { upgradePolicy })).toBe("resume");
    }
  });

  it("handles a trigger once", () => {
    const live = [job("b", "new", 2)];
    const past = history("running");
    const handled = (trigger: object): History => ({ ...past, handled: trigger });
    expect(kind(live, past, { replayTrigger: "x" })).toBe("replay");
    expect(kind(live, handled({ replayTrigger: "w" }), { replayTrigger: "x" })).toBe("replay");
    expect(kind(live, handled({ replayTrigger: "x" }), { replayTrigger: "x" })).toBe("adopt");
    const { action } = decide({ ...wanted, savepointTrigger: "x" }, live, past);
    expect(action).toMatchObject({ kind: "adopt", wantsSavepoint: true });
    // The first start reads the whole topic anyway.
    expect(kind([], NO_HISTORY, { replayTrigger: "x" })).toBe("start");
  });

  it("is a replay if a table has lost rows, unless the job is paused", () => {
    const live = [job("b", "new", 2)];
    expect(kind(live, history("running"), { lostRows: ["sales_per_day"] })).toBe("replay");
    expect(kind([], history("running"), { lostRows: ["sales_per_day"], desiredState: "paused" })).toBe(
      "pause",
    );
    expect(kind([], NO_HISTORY, { lostRows: ["sales_per_day"] })).toBe("start");
  });

  it("makes a change first, and then replays stale rows", () => {
    const past = { ...history(), needsReplay: true };
    expect(kind([job("a", "old", 1)], past)).toBe("resume");
    expect(kind([job("a", "old", 1)], past, { hash: "old" })).toBe("replay");
  });

  it("finds rows stale if a job was started while paused", () => {
    const pause = { ...wanted, desiredState: "paused" as const };
    expect(decide(pause, [job("x", "new", undefined)], history("running")).hasStaleRows).toBe(true);
    expect(decide(pause, [job("b", "new", 2)], history("running")).hasStaleRows).toBe(false);
  });

  it("is to stop the running job, or nothing, for a pause", () => {
    const running = job("a", "old", 1);
    const pause = { ...wanted, desiredState: "paused" as const };
    expect(decide(pause, [running], history()).action).toEqual({ kind: "pause", job: running });
    expect(decide(pause, [], history()).action).toEqual({ kind: "pause" });
  });

  it("cancels every other job of that name, and those that write to shadow tables", () => {
    const [own, second, shadow] = [job("a", "new", 2), job("b", "new", 2), job("c", "new", 3, true)];
    const { action, unexpected } = decide(wanted, [shadow, own, second], history("running"));
    // Both have written to the same rows.
    expect(action).toMatchObject({ kind: "replay", job: own, isRepair: true });
    expect(unexpected).toEqual([shadow, second]);
  });
});

describe("another topic than the current version has read", () => {
  const ledger = { topicId: "t1", begin: {}, skipped: {}, carried: 0 };
  const past = changeVersion(history("running"), 2, () => ({ ledger }));
  const other = { topicId: "t2" };

  it("is carried over, whatever else is due: only a policy without state starts from it", () => {
    for (const live of [[job("b", "new", 2)], []]) {
      expect(kind(live, past, other)).toBe("carryOver");
      expect(kind(live, past, { ...other, hash: "newer" })).toBe("carryOver");
      expect(kind(live, past, { ...other, replayTrigger: "x" })).toBe("carryOver");
      expect(kind(live, past, { ...other, upgradePolicy: "replay" })).toBe("carryOver");
      expect(kind(live, { ...past, needsReplay: true }, other)).toBe("carryOver");
      expect(kind(live, past, { ...other, upgradePolicy: "stateless" })).toBe("start");
      // There is none.
      expect(kind(live, past, { topicId: undefined })).toBe("carryOver");
      expect(kind(live, past, { ...other, desiredState: "paused" })).toBe("pause");
    }
  });

  it("does not stop a job that a killed run has started on it", () => {
    const [starting] = addVersion(
      past,
      { hash: "new", settings: {}, outcome: "starting", ledger: { ...ledger, topicId: "t2" } },
      new Date(0),
    );
    expect(kind([job("c", "new", 3)], starting, other)).toBe("adopt");
  });

  it("is not assumed of versions that are older than the record", () => {
    expect(kind([job("b", "new", 2)], history("running"), other)).toBe("adopt");
  });
});
