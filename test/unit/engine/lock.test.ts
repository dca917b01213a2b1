import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { decide } from "../../../engine/commands/cancel.ts";
import { listLocks, takeLock } from "../../../engine/lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "locks-"));
});

const put = (lock: object) =>
  writeFileSync(
    join(folder, "other.json"),
    JSON.stringify({
      pid: process.pid,
      username: "me",
      hostname: hostname(),
      timestamp: new Date().toISOString(),
      ...lock,
    }),
  );
const state = () => listLocks(folder)[0]?.state;

describe("a lock", () => {
  it("is held by a process that runs since before it was taken, on this machine", async () => {
    put({});
    expect(state()).toBe("running");
    put({ timestamp: "2001-01-01T00:00:00Z" });
    // The process of that id is a younger one; only Linux tells.
    expect(state()).toBe(process.platform === "linux" ? "ended" : "running");
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    put({ pid: child.pid });
    expect(state()).toBe("ended");
  });

  it("is anyone's guess when it is another machine's, or cannot be read", () => {
    put({ hostname: "elsewhere" });
    expect(state()).toBe("unknown");
    for (const text of ["{ half", "null", '{"pid": "x"}']) {
      writeFileSync(join(folder, "other.json"), text);
      expect(state()).toBe("unknown");
    }
  });

  it("keeps others out, and is gone once given back", () => {
    const notes: string[] = [];
    const release = takeLock(folder, (note) => notes.push(note));
    expect(() => takeLock(folder, (note) => notes.push(note))).toThrow(`(process ${process.pid})`);
    expect(readdirSync(folder)).toHaveLength(1);
    release();
    put({ pid: 999_999_999 });
    takeLock(folder, (note) => notes.push(note))();
    expect(notes).toEqual([expect.stringContaining("Took over the stack")]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is removed by cancel when its run is over, or the user says so", () => {
    const decisions = (["ended", "running", "unknown"] as const).map((held) =>
      (["given", "ask", "nobody"] as const).map((consent) => decide(held, consent)),
    );
    expect(decisions).toEqual([
      ["remove", "remove", "remove"],
      ["remove", "refuse", "refuse"],
      ["remove", "ask", "refuse"],
    ]);
  });
});
