import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  fill,
  intoBlackhole,
  type Job,
  retarget,
  without,
  withoutWindows,
  withSettings,
} from "../../../bench/sql.ts";

const sql = `CREATE TABLE events (id STRING) WITH (
  'connector' = 'kafka',
  'topic' = 'some_topic',
  'properties.group.id' = 'some_group',
  'scan.startup.mode' = 'earliest-offset'
);
CREATE TABLE one (id STRING) WITH (
  'connector' = 'commerce-postgres',
  'url' = 'jdbc:postgresql://postgres:5432/db?user=writer'
);
EXECUTE STATEMENT SET
BEGIN
INSERT INTO one
SELECT id FROM events;

INSERT INTO one_more SELECT id FROM events;
END;
`;
const job: Job = { files: [{ path: "a.sql", sql }], settings: { "parallelism.default": "2", x: "y" } };
const textOf = ({ files }: Job) => files.map((file) => file.sql).join("");

describe("changes of a job", () => {
  it("move it to another topic, group and schema only", () => {
    const moved = textOf(retarget(job, { topic: "t", consumerGroup: "g", schema: "s" }));
    expect(moved).toBe(
      sql
        .replace("'some_topic'", "'t'")
        .replace("'some_group'", "'g'")
        .replace("?user", "?currentSchema=s&user"),
    );
  });

  it("remove one INSERT, and not one whose table name has the same beginning", () => {
    const rest = textOf(without(job, "one"));
    expect(rest).not.toMatch(/INSERT INTO one\b/);
    expect(rest).toContain("INSERT INTO one_more SELECT id FROM events;\nEND;");
  });

  it("remove minutes from the statements of the project", () => {
    const path = "sql/flink/30-statement-set.sql";
    const rest = textOf(withoutWindows({ files: [{ path, sql: readFileSync(path, "utf8") }], settings: {} }));
    expect(rest.slice(rest.indexOf("CREATE VIEW summed_sales"))).not.toContain("minute");
    expect(rest).toMatch(/AS sale_day,\s+COUNT\(\*\)/);
    expect(rest).toMatch(
      /GROUP BY\s+window_start, window_end, category, currency, CAST\(transactionDate AS DATE\);/,
    );
  });

  it("refuse if there is nothing to change", () => {
    expect(() => without(job, "two")).toThrow("INSERT INTO two");
    expect(() => intoBlackhole({ ...job, files: [] })).toThrow();
  });

  it("end at the end of the topic and write to no table", () => {
    const floor = textOf(intoBlackhole(job));
    expect(floor).toContain("'scan.bounded.mode' = 'latest-offset'");
    expect(floor).toContain("CREATE TABLE one (id STRING) WITH ('connector' = 'blackhole');");
    expect(floor).not.toContain("postgres");
  });

  it("set and remove settings", () => {
    expect(withSettings(job, { "parallelism.default": "1", x: undefined }).settings).toEqual({
      "parallelism.default": "1",
    });
  });

  it("fill in all placeholders", () => {
    expect(fill("a ${b} c", { b: "1" })).toBe("a 1 c");
    expect(() => fill("${c}", { b: "1" })).toThrow("${c}");
  });
});
