import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installProgress } from "../../../cli/install-progress.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "commerce-unit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const packages = {
  "": {},
  "node_modules/a": {},
  "node_modules/@scope/b": { os: [process.platform], cpu: [process.arch] },
  "node_modules/a/node_modules/c": { os: [`!${process.platform}x`] },
  "node_modules/d": { os: process.platform, cpu: process.arch, optional: true },
  "node_modules/musl-only": { os: [process.platform], libc: ["musl"], optional: true },
  "node_modules/of-another-optional": { optional: true },
  "node_modules/other-platform": { os: ["plan9"] },
  "node_modules/other-processor": { os: process.platform, cpu: "vax", optional: true },
  "node_modules/not-here": { os: [`!${process.platform}`] },
};

describe("the progress of an installation", () => {
  const extract = (path: string) => {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, "package.json"), "{}");
  };

  it("moves with each package that npm has extracted, nested and scoped ones too", () => {
    expect(installProgress(folder, packages)).toBe("[--------------------]   0 %, 0 of 4 packages");
    // Folders are created long before they are filled.
    mkdirSync(join(folder, "node_modules/d"), { recursive: true });
    expect(installProgress(folder, packages)).toContain("0 of 4");
    extract("node_modules/@scope/b");
    expect(installProgress(folder, packages)).toBe("[#####---------------]  25 %, 1 of 4 packages");
    extract("node_modules/a/node_modules/c");
    extract("node_modules/a");
    extract("node_modules/d");
    expect(installProgress(folder, packages)).toBe("[####################] 100 %, 4 of 4 packages");
  });
});
