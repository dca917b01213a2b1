import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHeartbeat } from "../../../producer/health.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "heartbeat-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("the heartbeat", () => {
  it("creates the file and its directory", () => {
    const file = join(directory, "deep", "healthy");
    createHeartbeat(file)();
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(5_000);
  });

  it("touches a file that an earlier run has left", () => {
    const file = join(directory, "healthy");
    writeFileSync(file, "");
    createHeartbeat(file, () => 1_700_000_000_000)();
    expect(statSync(file).mtimeMs).toBe(1_700_000_000_000);
  });

  it("touches the file once a second at most", () => {
    const file = join(directory, "healthy");
    writeFileSync(file, "");
    let now = 1_700_000_000_000;
    const beat = createHeartbeat(file, () => now);
    const mtimes = [0, 400, 999, 1_000, 1_500].map((ms) => {
      now = 1_700_000_000_000 + ms;
      beat();
      return statSync(file).mtimeMs - 1_700_000_000_000;
    });
    expect(mtimes).toEqual([0, 0, 0, 1_000, 1_000]);
  });
});
