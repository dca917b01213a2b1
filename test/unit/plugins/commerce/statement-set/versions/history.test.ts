import { describe, expect, it } from "vitest";
import {
  addVersion,
  changeVersion,
  currentVersion,
  type History,
  NO_HISTORY,
  parseHistory,
  promote,
  summarize,
  type Version,
} from "../../../../../../plugins/commerce/statement-set/versions/history.ts";
import {
  adoptSavepoints,
  expire,
  restorePoints,
  savepointBefore,
} from "../../../../../../plugins/commerce/statement-set/versions/restore-points.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
const iso = (minute: number) => at(minute).toISOString();

/** Versions 1 to `count`, each with a savepoint. The last one is current. */
function versions(count: number): History {
  let history = NO_HISTORY;
  for (let number = 1; number <= count; number++) {
    [history] = addVersion(history, { hash: `h${number}`, settings: {}, outcome: "starting" }, at(number));
    history = promote(history, number);
    history = changeVersion(history, number, () => ({
      savepoints: [{ path: `s${number}`, at: iso(number) }],
    }));
  }
  return history;
}

describe("the history", () => {
  it("has one current version: the last one promoted", () => {
    const history = versions(3);
    expect(history.versions.map(({ outcome }) => outcome)).toEqual(["superseded", "superseded", "running"]);
    expect(currentVersion(history)?.version).toBe(3);
    const [tried] = addVersion(history, { hash: "x", settings: {}, outcome: "starting" }, at(9));
    expect(currentVersion(changeVersion(tried, 4, () => ({ outcome: "failed" })))?.version).toBe(3);
  });

  it("has no stale rows once a version has recomputed all of them", () => {
    const needsReplay = { ...versions(2), needsReplay: true };
    expect(promote(needsReplay, 2).needsReplay).toBe(true);
    expect(promote(needsReplay, 2, true).needsReplay).toBe(false);
  });

  it("is read with the name that version 0.1 gave to stale rows", () => {
    const { needsReplay, ...history } = { ...versions(1), needsReplay: true };
    expect(parseHistory(JSON.stringify({ ...history, spoiled: true }))).toEqual({ ...history, needsReplay });
    expect(parseHistory(JSON.stringify(history))).toEqual(history);
  });

  it("keeps counting versions after the first ones have expired", () => {
    const { history } = expire(versions(30), 1);
    expect(addVersion(history, { hash: "x", settings: {}, outcome: "starting" }, at(99))[1].version).toBe(31);
  });

  it("finds the newest savepoint before a time", () => {
    const history = versions(3);
    expect(savepointBefore(history, at(2))).toMatchObject({
      version: { version: 2 },
      savepoint: { path: "s2" },
    });
    expect(savepointBefore(history, new Date(at(3).getTime() - 1))?.savepoint.path).toBe("s2");
    expect(savepointBefore(history, at(0))).toBeUndefined();
    const failed = changeVersion(history, 2, () => ({ outcome: "failed" }));
    expect(savepointBefore(failed, at(2))?.savepoint.path).toBe("s1");
  });

  it("keeps the requested number of savepoints, and every version with a savepoint", () => {
    const { history, savepoints, versions: gone } = expire(versions(15), 12);
    expect(savepoints).toEqual(["s3", "s2", "s1"]);
    expect(gone).toEqual([1, 2, 3]);
    expect(history.versions.map(({ version }) => version)).toEqual([
      4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ]);
    expect(expire(history, 12)).toEqual({ history, savepoints: [], versions: [] });
  });

  it("keeps the current version's last savepoint, even if others are newer", () => {
    const [tried] = addVersion(versions(1), { hash: "x", settings: {}, outcome: "failed" }, at(5));
    const newer = changeVersion(tried, 2, () => ({ savepoints: [{ path: "s2", at: iso(5) }] }));
    expect(expire(newer, 1)).toMatchObject({ savepoints: [], history: newer });
  });

  it("never drops the current version, however many failed after it", () => {
    let history = versions(1);
    for (let number = 2; number <= 20; number++) {
      [history] = addVersion(history, { hash: "x", settings: {}, outcome: "starting" }, at(number));
      history = changeVersion(history, number, () => ({ outcome: "failed" }));
    }
    expect(currentVersion(expire(history, 1).history)?.version).toBe(1);
  });

  it("offers a version's own savepoints and completed checkpoints as restore points, the newest first", () => {
    const [, version] = addVersion(NO_HISTORY, { hash: "x", settings: {}, outcome: "running" }, at(0));
    const own: Version = { ...version, jobs: ["j1", "j2"], savepoints: [{ path: "file:/r/sp", at: iso(2) }] };
    const file = (path: string, minute: number) => ({ path, modified: at(minute).getTime() });
    const files = [
      file("checkpoints/j1/chk-1/_metadata", 1),
      file("checkpoints/j2/chk-7/_metadata", 3),
      file("checkpoints/j2/chk-8/part-0", 4),
      file("checkpoints/other/chk-9/_metadata", 5),
    ];
    expect(restorePoints(own, files, "file:/r")).toEqual([
      "file:/r/checkpoints/j2/chk-7",
      "file:/r/sp",
      "file:/r/checkpoints/j1/chk-1",
    ]);
  });

  it("adopts an unrecorded savepoint of its jobs once, in order of time", () => {
    const job = "abcdef0123456789";
    const history = changeVersion(versions(2), 1, () => ({
      jobs: [job],
      savepoints: [{ path: "file:/r/savepoints/savepoint-abcdef-1", at: iso(5) }],
    }));
    const file = (path: string, minute: number) => ({ path, modified: at(minute).getTime() });
    const files = [
      file("savepoints/savepoint-abcdef-1/_metadata", 5),
      file("savepoints/savepoint-abcdef-0/_metadata", 4),
      file("savepoints/savepoint-abcdef-2/part", 6),
      file("savepoints/savepoint-999999-3/_metadata", 7),
    ];
    const adopted = adoptSavepoints(history, files, "file:/r");
    expect(adopted.versions[0]?.savepoints).toEqual([
      { path: "file:/r/savepoints/savepoint-abcdef-0", at: iso(4) },
      { path: "file:/r/savepoints/savepoint-abcdef-1", at: iso(5) },
    ]);
    expect(adopted.versions[1]).toBe(history.versions[1]);
    expect(adoptSavepoints(adopted, files, "file:/r")).toBe(adopted);
  });

  it("marks a version that a killed run was starting as failed when the next one begins", () => {
    const start = (history: History) =>
      addVersion(history, { hash: "x", settings: {}, outcome: "starting" }, at(9))[0];
    const outcomes = start(start(versions(1))).versions.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["running", "failed", "starting"]);
  });

  it("has handled a replay's trigger once the replay is promoted", () => {
    const news = { hash: "x", settings: {}, outcome: "swapping", replayTrigger: "now" } as const;
    const [history] = addVersion(versions(1), news, at(9));
    expect(history.handled.replayTrigger).toBeUndefined();
    expect(promote(history, 2).handled.replayTrigger).toBe("now");
  });

  it("is summarized with outcomes, reasons and last savepoints", () => {
    const history = changeVersion(versions(2), 1, () => ({
      outcome: "failed",
      reason: "no",
      savepoints: [],
    }));
    expect(summarize(history)).toEqual([
      { version: 1, statements: "h1", at: iso(1), outcome: "failed", reason: "no" },
      { version: 2, statements: "h2", at: iso(2), outcome: "running", savepoint: "s2" },
    ]);
  });
});
