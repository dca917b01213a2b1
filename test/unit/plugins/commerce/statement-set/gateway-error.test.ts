import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messagesOf, rootMessage } from "../../../../../plugins/commerce/clients/stack-trace.ts";
import { splitStatements } from "../../../../../plugins/commerce/sql/statements.ts";
import { describeGatewayError } from "../../../../../plugins/commerce/statement-set/gateway-error.ts";

/** Answers of a SQL Gateway 2.2.1, with only the first frames of each trace. */
const recorded = (name: string) =>
  readFileSync(new URL(`gateway-errors/${name}.txt`, import.meta.url), "utf8");

const files = [
  { path: "sql/20-sinks.sql", sql: "-- sinks\nCREATE TABLE transactions (\n  transactionId STRIN\n);\n" },
  {
    path: "sql/30-set.sql",
    sql: [
      "-- all of it",
      "EXECUTE STATEMENT SET",
      "BEGIN",
      "",
      "INSERT INTO transactions SELECT 1;",
      "",
      "INSERT INTO sales_per_category",
      "SELECT 2;",
      "INSERT INTO sales_per_mont SELECT 3;",
      "END;",
    ].join("\n"),
  },
];
const [sink, set] = splitStatements(files);
if (!sink || !set) throw new Error("there are two statements");

describe("describeGatewayError", () => {
  // The set starts at line 2, so line 11 of the statement is line 12 of the file.
  it.each([
    ["syntax", 'sql/30-set.sql:12: Encountered "BYE"; expected "BY"'],
    ["unknown-column", "sql/30-set.sql:16: Column 'amont' not found in any table"],
    ["unknown-column-in-view", "sql/30-set.sql:11: Column 'merchannt' not found in any table"],
    ["unknown-function", "sql/30-set.sql:10: No match found for function signature SUMM(<NUMERIC>)"],
    ["unknown-table", "sql/30-set.sql:9: Cannot find table '`sales_per_mont`' in any of the catalogs"],
    [
      "sink-type",
      "sql/30-set.sql:7: Column types of query result and sink for 'sales_per_category' do not match",
    ],
    ["unknown-connector", "sql/20-sinks.sql:2: Could not find any factory for identifier 'jdbcc'"],
    [
      "unknown-option",
      "sql/20-sinks.sql:2: Unsupported options found for 'jdbc'. Unsupported options: sink.buffer-flush.intervl",
    ],
    ["stray-character", "sql/30-set.sql:11: Lexical error. Encountered:"],
  ])("reports file, line and reason: %s", (name, message) => {
    const described = describeGatewayError(["Internal server error.", recorded(name)], set, [sink]);
    expect(described.slice(0, message.length)).toBe(message);
    expect(described).not.toMatch(/\n|Caused by|\.java:|org\.apache\.flink\.table\.(api|gateway|planner)\./);
  });

  it("counts lines within the statement that was refused", () => {
    expect(describeGatewayError(["", recorded("unknown-type")], sink)).toBe(
      "sql/20-sinks.sql:3: Unknown identifier 'STRIN'",
    );
  });

  it("names the settings, not a statement, for an option that cannot be parsed", () => {
    const trace =
      "<Exception on server side:\na.b.C: Failed\n\tat x.Y(Z.java:1)\n" +
      "Caused by: java.lang.IllegalArgumentException: Could not parse value 'abc' for key 'parallelism.default'.\n" +
      'Caused by: java.lang.NumberFormatException: For input string: "abc"\n\t... 3 more\n';
    expect(describeGatewayError(["", trace], set)).toBe(
      `settings: Could not parse value 'abc' for key 'parallelism.default' For input string: "abc"`,
    );
  });

  it("uses the innermost position, as an outer one may be relative to something else", () => {
    const trace =
      "a.b.ValidationException: Failed. From line 40, column 1 to line 40, column 2: x\n" +
      "Caused by: a.b.CalciteContextException: From line 3, column 1 to line 3, column 2: Column 'x' not found\n" +
      "Caused by: a.b.SqlValidatorException: Column 'x' not found\n";
    expect(describeGatewayError(["", trace], set)).toBe("sql/30-set.sql:4: Column 'x' not found");
  });

  it("names the statement even if the gateway gives no reason", () => {
    expect(describeGatewayError([], set)).toBe("sql/30-set.sql:2: the SQL Gateway gives no reason");
  });
});

describe("messagesOf", () => {
  it("lists the causes, the outermost first, without frames and class names", () => {
    const trace =
      "org.apache.flink.runtime.JobException: Recovery is suppressed\n\tat a.B.c(B.java:1)\n" +
      "Caused by: java.io.IOException: java.sql.BatchUpdateException: Batch entry 0 was aborted\n\tat d.E(F.java:2)\n" +
      'Caused by: org.postgresql.util.PSQLException: ERROR: relation "x" does not exist\n  Position: 13\n\t... 7 more\n';
    expect(messagesOf(trace)).toEqual([
      "Recovery is suppressed",
      "Batch entry 0 was aborted",
      'ERROR: relation "x" does not exist\n  Position: 13',
    ]);
    expect(rootMessage(trace)).toBe('ERROR: relation "x" does not exist Position: 13');
  });

  it("keeps the class name of an exception without a message", () => {
    expect(rootMessage("java.lang.NullPointerException\n\tat a.B.c(B.java:1)")).toBe(
      "java.lang.NullPointerException",
    );
  });
});
