import { describe, expect, it } from "vitest";
import { statementsOf, tablesOf } from "../../contract/support/ddl.ts";

const statements = statementsOf("sql/flink");
const text = statements.map((statement) => statement.canonical).join(";\n");
const tables = [...tablesOf(statements).values()];

describe("sql/flink", () => {
  it("uses exactly the known placeholders", () => {
    const used = new Set([...text.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1]));
    expect([...used].sort()).toEqual([
      "consumerGroup",
      "earliestEventDate",
      "jdbcUrl",
      "kafkaBootstrapServers",
      "latestEventDate",
      "topic",
    ]);
  });

  it("contains no user and no password, because the job's plan shows every statement", () => {
    for (const table of tables)
      for (const [name, value] of Object.entries(table.options))
        expect(`${name}=${value}`).not.toMatch(/password|username|jaas|secret|user=/i);
  });

  it("has one statement set, after everything that it needs", () => {
    const sets = statements.filter((statement) => /^EXECUTE STATEMENT SET /.test(statement.canonical));
    expect(sets).toHaveLength(1);
    expect(statements.at(-1)).toBe(sets[0]);
  });

  it("leaves settings to the program", () => {
    expect(statements.filter((statement) => /^(RE)?SET\b/i.test(statement.text))).toEqual([]);
  });

  it("without state, reads the topic from its beginning; allows idle partitions", () => {
    const source = tables.find((table) => table.options.connector === "kafka");
    expect(source?.options).toMatchObject({
      "scan.startup.mode": "earliest-offset",
      "scan.watermark.idle-timeout": "10 s",
      format: "commerce-event",
    });
  });

  it("does not close a minute before all its events in time are read", () => {
    const watermark = Number(
      text.match(
        /WATERMARK FOR transactionDate AS CAST\(received_at AS TIMESTAMP\(3\)\) - INTERVAL '(\d+)' SECOND/,
      )?.[1],
    );
    const lateness =
      Number(text.match(/FLOOR\(transactionDate TO MINUTE\) \+ INTERVAL '(\d+)' SECOND AS in_time/)?.[1]) -
      60;
    expect(lateness).toBe(5);
    expect(watermark).toBeGreaterThanOrEqual(lateness + 5);
  });

  it("writes to every table through this project's own sink", () => {
    const connectors = tables
      .filter(({ name }) => name !== "raw_events")
      .map(({ options }) => options.connector);
    expect(new Set(connectors)).toEqual(new Set(["commerce-postgres"]));
  });
});
