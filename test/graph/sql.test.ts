import { describe, expect, it } from "vitest";
import { renderSql } from "../../infra/sql.ts";

const file = (sql: string) => [{ path: "sql/flink/10-source.sql", sql }];

describe("rendering SQL", () => {
  it("fills placeholders and keeps line numbers", () => {
    const [rendered] = renderSql(file("a\n'${topic}'\nc"), { topic: "events" });
    expect(rendered).toEqual({ path: "sql/flink/10-source.sql", sql: "a\n'events'\nc" });
  });

  it("reports unknown placeholders with file and line, and unused parameters, at once", () => {
    const attempt = () => renderSql(file("a\nb ${topik}"), { topic: "events" });
    expect(attempt).toThrow("sql/flink/10-source.sql:2: unknown placeholder ${topik}; known are topic");
    expect(attempt).toThrow("parameter topic: no file uses it");
  });

  it("refuses a value that could end a literal or shift lines", () => {
    expect(() => renderSql(file("${topic}"), { topic: "x'; DROP" })).toThrow(
      "a line break or a quote is not allowed",
    );
  });
});
