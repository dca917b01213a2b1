/** One contract: the event, the Flink source, each Flink sink and each Postgres table, column by column. */
import { describe, expect, it } from "vitest";
import { AMOUNT_RANGE, EVENT_FIELDS } from "../../producer/event.ts";
import { statementsOf, tablesOf } from "./support/ddl.ts";

const flink = statementsOf("sql/flink");
const flinkTables = tablesOf(flink);
const postgresTables = tablesOf(statementsOf("sql/postgres"));
const sinks = [...flinkTables.values()].filter((table) => table.options.connector === "jdbc");
const source = [...flinkTables.values()].find((table) => table.options.connector === "kafka");
const statementSet = flink.find((statement) => statement.text.startsWith("EXECUTE"))?.canonical ?? "";

/** Postgres's name of each Flink type that a sink may use; another one has to be thought about first. */
function inPostgres(flinkType: string): string {
  const [base = "", modifiers = ""] = flinkType.split(/(?=\()/);
  const names: Record<string, string> = {
    STRING: "TEXT",
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

function insertInto(table: string): string {
  const insert = statementSet
    .split(/;| BEGIN /)
    .find((part) => part.trim().startsWith(`INSERT INTO ${table} `));
  if (!insert) throw new Error(`Nothing is inserted into ${table}`);
  return insert.trim();
}

describe("the event and the source", () => {
  it("have the same fields in the same order", () => {
    expect(source?.columns.map((column) => column.name)).toEqual([...EVENT_FIELDS]);
  });

  it("take every field as text, so that no number is rounded and no type stops the job", () => {
    expect(source?.columns.map((column) => column.type)).toEqual(EVENT_FIELDS.map(() => "STRING"));
  });

  it("agree on how large an amount can be", () => {
    const amount = flinkTables.get("transactions")?.columns.find((column) => column.name === "amount");
    const [precision = 0, scale = 0] = amount?.type.match(/\d+/g)?.map(Number) ?? [];
    expect(scale).toBe(2);
    expect(AMOUNT_RANGE.max).toBeLessThan(10 ** (precision - scale));
    expect(flink.map((statement) => statement.canonical).join("\n")).toContain(
      `TRY_CAST(amount AS DECIMAL(${precision}, ${scale})) AS amount`,
    );
  });
});

describe("sinks and tables", () => {
  it("are the same tables", () => {
    expect(sinks.map((sink) => sink.name).sort()).toEqual([...postgresTables.keys()].sort());
    expect(sinks.map((sink) => sink.options["table-name"])).toEqual(sinks.map((sink) => sink.name));
    expect(sinks.map((sink) => sink.name).sort()).toEqual([
      "sales_per_category",
      "sales_per_day",
      "sales_per_month",
      "transactions",
    ]);
  });

  it.each(sinks.map((sink) => [sink.name, sink] as const))(
    "%s: same columns, types, NULLs and key",
    (name, sink) => {
      const table = postgresTables.get(name);
      expect(table?.columns).toEqual(
        sink.columns.map((column) => ({ ...column, type: inPostgres(column.type) })),
      );
      expect(table?.primaryKey).toEqual(sink.primaryKey);
      expect(sink.primaryKey.length).toBeGreaterThan(0);
    },
  );

  it("transactions holds the fields of the event", () => {
    expect(postgresTables.get("transactions")?.columns.map((column) => column.name)).toEqual([
      ...EVENT_FIELDS,
    ]);
  });

  it("hold money in DECIMAL only, and every sum with its currency in the key", () => {
    for (const sink of sinks) {
      for (const { name, type } of sink.columns.filter((column) => /amount|total/.test(column.name)))
        expect(`${sink.name}.${name} ${type}`).toMatch(/ DECIMAL\(\d+,2\)$/);
      if (sink.name !== "transactions") expect(sink.primaryKey).toContain("currency");
    }
    expect(statementSet).not.toMatch(/DOUBLE|FLOAT/i);
  });
});

describe("the statement set", () => {
  it.each(sinks.map((sink) => [sink.name, sink] as const))(
    "fills %s once, in the order of its columns",
    (name, sink) => {
      expect(statementSet.split(`INSERT INTO ${name} `)).toHaveLength(2);
      const selected =
        insertInto(name)
          .match(/^INSERT INTO \w+ SELECT (.*?) FROM /)?.[1]
          ?.split(", ") ?? [];
      expect(selected).toHaveLength(sink.columns.length);
      for (const [index, column] of sink.columns.entries()) {
        // Two change their name on the way: the date is the event's time, a total is a sum.
        const names: Record<string, string> = { transactionDate: "eventTime", total_sales: "SUM(amount)" };
        expect(selected[index]).toBe(names[column.name] ?? column.name);
      }
    },
  );

  it.each(sinks.filter((sink) => sink.name !== "transactions").map((sink) => [sink.name, sink] as const))(
    "groups %s by the table's key",
    (name, sink) => {
      expect(
        insertInto(name)
          .match(/ GROUP BY ([^)]*)$/)?.[1]
          ?.split(", "),
      ).toEqual(sink.primaryKey);
    },
  );
});
