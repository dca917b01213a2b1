/** docs/SUPPORTED.md says what is run where; the workflow is what it says about CI. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "./support/documents.ts";

const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");

interface Job {
  "runs-on": string;
  strategy?: { matrix: { os: string[] } };
  steps: { run?: string }[];
}
const { jobs }: { jobs: Record<string, Job> } = parse(read(".github/workflows/ci.yml"));
const runs = (command: string) =>
  Object.values(jobs).filter(({ steps }) => steps.some(({ run }) => run === command));

/** The rows of the table whose heading begins with the given cell, without that heading. */
function table(...heading: string[]): string[][] {
  const lines = read("docs/SUPPORTED.md").split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading.join(" | ")} |`));
  const end = lines.findIndex((line, index) => index > start && line === "");
  return lines.slice(start + 2, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("docs/SUPPORTED.md", () => {
  const meanings = table("a cell says", "which means").map(([word]) => word);
  const stacks = table("system", "images");

  it("uses its own words in every cell, for both sources of images of each system", () => {
    expect(stacks.length).toBeGreaterThan(10);
    for (const row of stacks) expect(meanings).toEqual(expect.arrayContaining(row.slice(2)));
    const systems = [...new Set(stacks.map(([system]) => system))];
    expect(stacks.map(([system, images]) => [system, images])).toEqual(
      systems.flatMap((system) => ["built here", "official"].map((images) => [system, images])),
    );
  });

  it("says that a system's check is run in CI exactly where the workflow runs it", () => {
    const documented = table("system", "runner in CI").filter(([, , cell]) => cell === "run in CI");
    const matrix = runs("npm run check").flatMap(({ strategy }) => strategy?.matrix.os ?? []);
    expect(documented.map(([, runner]) => runner)).toEqual(matrix.map((os) => `\`${os}\``));
  });

  it("says that stacks are run in CI where the workflow runs them: on Ubuntu, with official images", () => {
    const inCi = stacks.filter((row) => row.includes("run in CI"));
    expect(inCi.map(([system, images]) => [system, images])).toEqual([["Ubuntu 24.04, x86-64", "official"]]);
    expect(runs(".ci/run").map((job) => job["runs-on"])).toEqual(["ubuntu-24.04"]);
  });
});
