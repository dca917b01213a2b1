import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withInstallLock } from "../../../cli/install-lock.mjs";

const quiet = { write: () => undefined };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "commerce-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the install lock", () => {
  it("lets one in at a time, and everyone in the end", async () => {
    let inside = 0;
    let most = 0;
    let done = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(20);
      inside -= 1;
      done += 1;
    };
    await Promise.all([1, 2, 3].map(() => withInstallLock(folder, quiet, work)));
    expect({ most, done }).toEqual({ most: 1, done: 3 });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is released when the work fails", async () => {
    const failing = withInstallLock(folder, quiet, () => Promise.reject(new Error("npm ci failed")));
    await expect(failing).rejects.toThrow("npm ci failed");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken from an owner that is dead", async () => {
    // No process has this id: it lies above every system's limit.
    writeFileSync(join(folder, "install.lock"), "99999999");
    let ran = false;
    await withInstallLock(folder, quiet, async () => {
      ran = true;
    });
    expect(ran).toBe(true);
  });

  it.runIf(process.platform === "linux")(
    "is taken from an owner that was killed and not yet reaped",
    async () => {
      // The shell becomes a `sleep`, which never waits for the child that the shell had.
      const parent = spawn("sh", ["-c", "sh -c 'exit 0' & echo $!; exec sleep 30"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      try {
        const pid = await new Promise<string>((resolve) =>
          parent.stdout.once("data", (data) => resolve(String(data))),
        );
        await sleep(200);
        writeFileSync(join(folder, "install.lock"), pid.trim());
        let ran = false;
        await withInstallLock(folder, quiet, async () => {
          ran = true;
        });
        expect(ran).toBe(true);
      } finally {
        parent.kill("SIGKILL");
      }
    },
  );
});
