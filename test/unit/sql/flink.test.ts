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

  it("reads the topic from its beginning, without aborted transactions", () => {
    const source = tables.find((table) => table.options.connector === "kafka");
    expect(source?.options).toMatchObject({
      "scan.startup.mode": "earliest-offset",
      "properties.isolation.level": "read_committed",
      format: "commerce-event",
    });
  });

  it("has no watermark and no window over it, which would drop the events that are read late", () => {
    expect(text).not.toMatch(/WATERMARK/i);
    const windows = [...text.matchAll(/\b(?:TUMBLE|HOP|SESSION|CUMULATE)\s*\(.*?DESCRIPTOR\((\w+)\)/gi)];
    expect(windows.length).toBeGreaterThan(0);
    for (const [, time] of windows) expect(text).toContain(`PROCTIME() AS ${time}`);
  });

  it("counts a sale in its minute if Kafka received it less than 5 s after the end of the minute", () => {
    expect(text).toContain("FLOOR(transactionDate TO MINUTE) + INTERVAL '1' MINUTE AS minute_end");
    expect(text).toContain(
      "received_at < FLOOR(transactionDate TO MINUTE) + INTERVAL '65' SECOND AS in_time",
    );
  });

  it("writes to every table through this project's own sink", () => {
    const connectors = tables
      .filter(({ name }) => name !== "raw_events")
      .map(({ options }) => options.connector);
    expect(new Set(connectors)).toEqual(new Set(["commerce-postgres"]));
  });
});
