/** One contract: the event, the format, the Flink source, each Flink sink and each Postgres table, column by column. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROOF_TABLE, TABLES } from "../../facts/pipeline.ts";
import { isInPostgres } from "../../plugins/commerce/statement-set/sink-connectors.ts";
import { AMOUNT_RANGE, EVENT_FIELDS } from "../../producer/event.ts";
import { type DeclaredTable, statementsOf, tablesOf } from "./support/ddl.ts";

const flink = statementsOf("sql/flink");
const flinkTables = tablesOf(flink);
const postgresTables = tablesOf(statementsOf("sql/postgres"));
const sinks = [...flinkTables.values()].filter((table) => isInPostgres(table.options));
const source = [...flinkTables.values()].find((table) => table.options.connector === "kafka");
const transactions = flinkTables.get("transactions");
const statementSet = flink.find((statement) => statement.text.startsWith("EXECUTE"))?.canonical ?? "";
const each = (tables: DeclaredTable[]) => tables.map((table) => [table.name, table] as const);
const namesAndTypes = (table?: DeclaredTable) => table?.columns.map(({ name, type }) => ({ name, type }));

/** Postgres's name for each Flink type that a sink may use. A new one needs a decision first. */
function inPostgres(flinkType: string): string {
  const [base = "", modifiers = ""] = flinkType.split(/(?=\()/);
  const names: Record<string, string> = {
    STRING: "TEXT",
    BYTES: "BYTEA",
    DECIMAL: "NUMERIC",
    TIMESTAMP: "TIMESTAMP",
    DATE: "DATE",
    INT: "INTEGER",
    BIGINT: "BIGINT",
  };
  const name = names[base];
  if (!name) throw new Error(`No Postgres type is known for ${flinkType}`);
  return `${name}${modifiers}`;
}

/** What an INSERT selects for each column of its table, and from where, without hints. */
function insertInto(table: string): { selected: string[]; rest: string } {
  const insert = statementSet
    .split(/;| BEGIN /)
    .find((part) => part.trim().startsWith(`INSERT INTO ${table} `))
    ?.replace(/ \/\*\+.*?\*\//, "");
  const [, list, rest] = insert?.match(/INSERT INTO \w+ SELECT (.*?) (FROM (?!\w+ TO ).*)$/) ?? [];
  if (!list || !rest) throw new Error(`Nothing is inserted into ${table}`);
  // Splits at commas outside parentheses.
  return { selected: list.split(/, (?![^(]*\))/), rest: rest.trim() };
}

describe("the event, the format and the source", () => {
  it("have the same fields in the same order", () => {
    const format = readFileSync(
      new URL("../../flink-jars/event-format/src/main/java/commerce/EventField.java", import.meta.url),
      "utf8",
    );
    expect([...format.matchAll(/^ +[A-Z_]+\("(\w+)"\)[,;]$/gm)].map((match) => match[1])).toEqual([
      ...EVENT_FIELDS,
    ]);
    const columns = transactions?.columns ?? [];
    expect(columns.slice(0, EVENT_FIELDS.length).map((column) => column.name)).toEqual([...EVENT_FIELDS]);
    const optional = columns.slice(EVENT_FIELDS.length);
    expect(optional.filter(({ type, notNull }) => type !== "STRING" || notNull)).toEqual([]);
  });

  it("have the types of the transactions, and the reason and payload of a dead letter", () => {
    expect(namesAndTypes(source)).toEqual([
      ...(namesAndTypes(transactions) ?? []),
      { name: "reason", type: "STRING" },
      { name: "payload", type: "BYTES" },
    ]);
    // A missing field is a reason for a dead letter, not an error of the job.
    expect(source?.columns.filter((column) => column.notNull)).toEqual([]);
  });

  it("agree on the largest amount", () => {
    const amount = transactions?.columns.find((column) => column.name === "amount");
    const [precision = 0, scale = 0] = amount?.type.match(/\d+/g)?.map(Number) ?? [];
    expect(scale).toBe(2);
    expect(AMOUNT_RANGE.max).toBeLessThan(10 ** (precision - scale));
  });
});

describe("sinks and tables", () => {
  it("are the tables that facts/ lists", () => {
    const names = sinks.map((sink) => sink.name);
    expect(names.sort(), "TABLES in facts/pipeline.ts lists the sinks of sql/flink.").toEqual(
      [...TABLES].sort(),
    );
    expect([...postgresTables.keys()].sort()).toEqual([...TABLES, PROOF_TABLE].sort());
    for (const sink of sinks) expect(sink.options["table-name"]).toBe(sink.name);
  });

  it.each(each(sinks))("have the same columns, types, NULLs and key: %s", (name, sink) => {
    const table = postgresTables.get(name);
    expect(table?.columns).toEqual(
      sink.columns.map((column) => ({ ...column, type: inPostgres(column.type) })),
    );
    expect(table?.primaryKey).toEqual(sink.primaryKey);
    expect(sink.primaryKey.length).toBeGreaterThan(0);
  });

  it("are documented, column by column", () => {
    const doc = readFileSync(new URL("../../docs/DATA_CONTRACT.md", import.meta.url), "utf8");
    for (const [name, table] of postgresTables) {
      const row = doc.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
      // Without remarks in parentheses; parentheses of a type contain only numbers.
      const documented = row
        ?.split("|")
        .at(-2)
        ?.replace(/ \((?!\d+(,\d+)?\))[^)]*\)|\*\*/g, "")
        .trim();
      const columns = table.columns.map(({ name, type }) => `${name} ${type.toLowerCase()}`);
      expect(documented, `docs/DATA_CONTRACT.md has a row for ${name}.`).toBe(columns.join(", "));
    }
  });

  it("use only DECIMAL for money, and have the currency in the key of every sum", () => {
    for (const sink of sinks) {
      for (const { name, type } of sink.columns.filter((column) => /amount|total/.test(column.name)))
        expect(`${sink.name}.${name} ${type}`).toMatch(/ DECIMAL\(\d+,2\)$/);
      if (sink.columns.some((column) => column.name === "total_sales"))
        expect(sink.primaryKey).toContain("currency");
    }
    expect(statementSet).not.toMatch(/DOUBLE|FLOAT/i);
  });
});

describe("the statement set", () => {
  it.each(each(sinks))("fills %s once, in the order of its columns", (name, sink) => {
    expect(statementSet.split(`INSERT INTO ${name} `)).toHaveLength(2);
    const { selected } = insertInto(name);
    expect(selected).toHaveLength(sink.columns.length);
    // Columns that are computed instead of copied by name.
    const made: Record<string, string[]> = {
      total_sales: ["SUM(amount)"],
      sales_count: ["SUM(sales_count)"],
      received_at: ["received_at", "CAST(received_at AS TIMESTAMP(3))"],
      window_end: ["minute_end"],
      first_offset: ["MIN(first_offset)"],
      next_offset: ["LAST_VALUE(last_offset) + 1"],
      events: ["SUM(events)"],
    };
    for (const [index, column] of sink.columns.entries())
      expect(made[column.name] ?? [column.name]).toContain(selected[index]);
  });

  const sums = sinks.filter((sink) => sink.columns.some((column) => column.name === "total_sales"));

  it.each(each(sums))("groups %s by the table's key", (name, sink) => {
    const keys = insertInto(name)
      .rest.match(/ GROUP BY ([^)]*)$/)?.[1]
      ?.split(", ");
    expect(keys?.map((key) => key.replace("minute_end", "window_end"))).toEqual(sink.primaryKey);
  });

  it("keeps sums forever: only the state of transaction ids expires", () => {
    for (const { name } of sums)
      expect(statementSet).toMatch(
        new RegExp(`INTO ${name} SELECT /\\*\\+ STATE_TTL\\('\\w+' = '0 s'\\) \\*/`),
      );
  });

  it("fills the rows of a transaction from the same view, with and without de-duplication", () => {
    const views = flink.filter((statement) => statement.text.startsWith("CREATE VIEW deliveries "));
    expect(views.map((view) => view.path)).toEqual([
      "sql/flink/25-deliveries-as-they-come.sql",
      "sql/flink/25-deliveries-numbered.sql",
    ]);
    for (const view of views)
      expect(view.canonical).toMatch(
        /^CREATE VIEW deliveries AS SELECT \*, .* AS occurrence FROM valid_events$/,
      );
  });
});
