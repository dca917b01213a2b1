import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { stepsOf } from "../../full/support/walkthrough.ts";
import { root } from "./support/documents.ts";

const steps = stepsOf(fs.readFileSync(path.join(root, "docs/TUTORIAL.md"), "utf8"));

it("has commands, and an output for most of them", () => {
  expect(steps.length).toBeGreaterThan(20);
  expect(steps.filter(({ shown }) => shown.length > 0).length).toBeGreaterThan(steps.length * 0.7);
});

it("edits today's SQL: each edit adds one statement", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "commerce-unit-"));
  try {
    fs.cpSync(path.join(root, "sql"), path.join(folder, "sql"), { recursive: true });
    const edits = steps.filter(({ commands }) => /^(cat >>|git apply) /.test(commands));
    expect(edits.length).toBe(3);
    for (const { commands } of edits) {
      const { status, stderr } = spawnSync("sh", ["-e", "-c", commands], { cwd: folder, encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
    }
    const statements = (base: string) =>
      fs
        .globSync("sql/*/*.sql", { cwd: base })
        .flatMap(
          (file) => fs.readFileSync(path.join(base, file), "utf8").match(/^(CREATE TABLE|INSERT).*/gm) ?? [],
        );
    const added = statements(folder).filter((statement) => !statements(root).includes(statement));
    expect(added.sort()).toEqual([
      "CREATE TABLE IF NOT EXISTS refunds_per_category (",
      "CREATE TABLE refunds_per_category (",
      "INSERT INTO refunds_per_category",
    ]);
    const sinks = fs.readFileSync(path.join(folder, "sql/flink/20-sinks.sql"), "utf8");
    expect(sinks.match(/\$\{jdbcUrl\}/g)?.length).toBe(sinks.match(/^CREATE TABLE/gm)?.length);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
