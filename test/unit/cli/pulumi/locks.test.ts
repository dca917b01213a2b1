import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Console } from "../../../../cli/progress.ts";
import { listLocks, removeEndedLocks, takeTurn, waitForLocks } from "../../../../cli/pulumi/locks.ts";

const takeOverLocks = async (folder: string, log: Console, signal: AbortSignal): Promise<boolean> => {
  await waitForLocks(folder, log, signal);
  return removeEndedLocks(folder, log);
};

let dir: string;
let said: string[];
const console: Console = {
  line: (text = "") => void said.push(text),
  step: (title) => ({ update: () => {}, done: () => void said.push(title), fail: () => {} }),
  phase: () => () => {},
};
const signal = new AbortController().signal;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "commerce-unit-")), "locks");
  mkdirSync(dir);
  said = [];
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

function lock(name: string, content: object | string): string {
  const path = join(dir, `${name}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const holder = (pid: number | undefined, more = {}) => ({
  pid,
  username: "me",
  hostname: hostname(),
  timestamp: new Date().toISOString(),
  ...more,
});
/** A process that lives until it is killed. */
const living = (): ChildProcess => spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
const ended = async (): Promise<number | undefined> => {
  const child = living();
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
  return child.pid;
};

describe("the locks of other runs", () => {
  it("are none in a new backend", async () => {
    expect(await takeOverLocks(join(dir, "none"), console, signal)).toBe(false);
    expect(await takeOverLocks(dir, console, signal)).toBe(false);
  });

  it("are taken over from a process that is gone from this machine", async () => {
    const pid = await ended();
    const path = lock("a", holder(pid));
    expect(await takeOverLocks(dir, console, signal)).toBe(true);
    expect(existsSync(path)).toBe(false);
    expect(said.join()).toContain(`Taking over from process ${pid}`);
  });

  it.runIf(process.platform === "linux")(
    "are taken over where another process has the number by now",
    async () => {
      const child = living();
      lock("a", holder(child.pid, { timestamp: "2001-01-01T00:00:00Z" }));
      expect(await takeOverLocks(dir, console, signal)).toBe(true);
      child.kill("SIGKILL");
    },
  );

  it("are waited for while their process runs", async () => {
    const child = living();
    const path = lock("a", holder(child.pid));
    const taken = takeOverLocks(dir, console, signal);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(existsSync(path)).toBe(true);
    rmSync(path);
    expect(await taken).toBe(false);
    expect(said.join()).toContain(`Waiting for process ${child.pid}`);
    child.kill("SIGKILL");
  });

  it("are taken over when their process dies during the wait", async () => {
    const child = living();
    const path = lock("a", holder(child.pid));
    const taken = takeOverLocks(dir, console, signal);
    child.kill("SIGKILL");
    expect(await taken).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it("are left alone if they belong to another machine", async () => {
    const path = lock("a", holder(1, { hostname: "elsewhere" }));
    expect(listLocks(dir)).toMatchObject([{ state: "elsewhere" }]);
    expect(await takeOverLocks(dir, console, signal)).toBe(false);
    expect(existsSync(path)).toBe(true);
  });

  it("are taken over if they are incomplete", async () => {
    lock("a", '{"pid":');
    expect(await takeOverLocks(dir, console, signal)).toBe(true);
  });

  it("stop blocking a run that is interrupted", async () => {
    const child = living();
    lock("a", holder(child.pid));
    const interrupt = new AbortController();
    const taken = takeOverLocks(dir, console, interrupt.signal);
    interrupt.abort();
    await expect(taken).rejects.toThrow("interrupted");
    child.kill("SIGKILL");
  });
});

describe("the turns of this command line's runs", () => {
  const take = () => takeTurn(join(dir, "turns"), console, signal);

  it("are one at a time, however many begin at once", async () => {
    let working = 0;
    let done = 0;
    const run = async () => {
      const endTurn = await take();
      working += 1;
      expect(working).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      working -= 1;
      done += 1;
      endTurn();
    };
    await Promise.all(Array.from({ length: 4 }, run));
    expect(done).toBe(4);
    expect(listLocks(join(dir, "turns"))).toEqual([]);
  });

  it("end with their process", async () => {
    mkdirSync(join(dir, "turns"));
    lock("turns/a", holder(await ended()));
    const endTurn = await take();
    expect(listLocks(join(dir, "turns"))).toMatchObject([{ pid: process.pid }]);
    endTurn();
  });
});
