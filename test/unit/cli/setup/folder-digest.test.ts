import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folderDigest } from "../../../../cli/setup/folder-digest.ts";

let dir: string;
let before: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "digest-"));
  mkdirSync(join(dir, "bin"));
  writeFileSync(join(dir, "Dockerfile"), "FROM base\n");
  writeFileSync(join(dir, "bin", "run.sh"), "exec java\n", { mode: 0o644 });
  before = folderDigest(dir);
});

afterEach(() => rmSync(dir, { recursive: true }));

test("modification times do not count", () => {
  utimesSync(join(dir, "Dockerfile"), 1, 1);
  expect(folderDigest(dir)).toBe(before);
});

test.each<[string, () => void]>([
  ["content", () => writeFileSync(join(dir, "bin", "run.sh"), "exec  java\n")],
  ["a name", () => renameSync(join(dir, "bin", "run.sh"), join(dir, "bin", "start.sh"))],
  ["a folder", () => renameSync(join(dir, "bin"), join(dir, "sbin"))],
  ["a file more", () => writeFileSync(join(dir, "extra"), "")],
  ["a file less", () => rmSync(join(dir, "bin", "run.sh"))],
])("%s counts", (_, change) => {
  change();
  expect(folderDigest(dir)).not.toBe(before);
});

test.skipIf(process.platform === "win32")("the right to execute counts", () => {
  chmodSync(join(dir, "bin", "run.sh"), 0o755);
  expect(folderDigest(dir)).not.toBe(before);
});
