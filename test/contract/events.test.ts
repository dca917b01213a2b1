/** What the producer makes passes the conditions of the SQL; what is odd or bad is told apart by them. */
import { describe, expect, it } from "vitest";
import { CURRENCIES, TRANSACTION_TYPES } from "../../producer/event.ts";
import { createGenerator } from "../../producer/generator.ts";
import { statementsOf } from "./support/ddl.ts";

const sql = statementsOf("sql/flink")
  .map((statement) => statement.canonical)
  .join(";\n");

/** The pattern that the SQL holds this column against, as JavaScript has it. */
function patternOf(column: string): RegExp {
  const pattern = sql.match(new RegExp(`REGEXP\\(\\s*${column},\\s*'([^']*)'`))?.[1];
  if (!pattern) throw new Error(`The SQL holds ${column} against no pattern`);
  return new RegExp(pattern.replace(/\\z$/, "$(?![\\s\\S])"), "u");
}

const date = patternOf("transactionDate");
const amount = patternOf("amount");
const currency = patternOf("currency");
const types = sql.match(/transactionType IN \(('purchase', [^)]*)\) AND/)?.[1]?.match(/\w+/g);

describe("the generator's events", () => {
  it("pass every condition", () => {
    const next = createGenerator(7);
    for (let index = 0; index < 2000; index++) {
      // Through JSON, as the topic has them, over more than a year.
      const event = JSON.parse(JSON.stringify(next(1_767_225_600_000 + index * 20_000_003)));
      expect(types).toContain(event.transactionType);
      expect(event.transactionDate).toMatch(date);
      expect(String(event.amount)).toMatch(amount);
      expect(String(event.amount)).toMatch(/^\d+(\.\d{1,2})?$/);
      expect(event.currency).toMatch(currency);
      for (const text of [event.transactionId, event.category]) {
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(255);
      }
    }
  });

  it("are of the types and currencies that the SQL knows", () => {
    expect(types).toEqual([...TRANSACTION_TYPES]);
    for (const code of [...CURRENCIES, "XTS"]) expect(code).toMatch(currency);
  });
});

describe("a date", () => {
  const days = ["2026-01-31", "0001-01-01", "9999-12-31"];
  const times = ["00:00:00", "23:59:59", "19:20:21"];
  const fractions = [
    "",
    ".",
    ...Array.from({ length: 9 }, (_, index) => `.${"123456789".slice(0, index + 1)}`),
  ];
  const zones = ["", "Z", "z", "+00:00", "-00:30", "+14:00", "-0130", "+2359"];

  it("may have each common ISO-8601 form", () => {
    for (const day of days)
      for (const time of times)
        for (const fraction of fractions)
          for (const zone of zones)
            for (const separator of ["T", " ", "t"])
              expect(`${day}${separator}${time}${fraction}${zone}`).toMatch(date);
  });

  it.each([
    "",
    "2026-01-01",
    "2026-01-01T10:00",
    "2026-01-01T24:00:00",
    "2026-01-01T23:60:00",
    "2026-01-01T23:59:60",
    "2026-01-01T10:00:00.1234567890",
    "2026-01-01T10:00:00,5",
    "2026-01-01T10:00:00+24:00",
    "2026-01-01T10:00:00+10:60",
    "2026-01-01T10:00:00+1:00",
    "2026-01-01T10:00:00 Z",
    "2026-01-01T10:00:00Z\n",
    " 2026-01-01T10:00:00Z",
    "2026-1-1T10:00:00Z",
    "+2026-01-01T10:00:00Z",
    "１２３４-01-01T00:00:00Z",
    "1767225600000",
  ])("may not be %j", (text) => {
    expect(text).not.toMatch(date);
  });
});

describe("an amount", () => {
  it.each(["0", "10.5", "999.99", "-3", "1e2", "1.5E+2", "12.345"])("may be %s", (text) => {
    expect(text).toMatch(amount);
  });

  it.each([
    "",
    "abc",
    "true",
    "NaN",
    "Infinity",
    "1e999999999",
    "1e400",
    "0x10",
    '{"a":1}',
    "[1]",
    " 1",
    "1,5",
    ".5",
  ])("may not be %j", (text) => {
    expect(text).not.toMatch(amount);
  });
});

describe("a currency", () => {
  it.each(["usd", "US", "USDT", "US1", "USD\n", ""])("may not be %j", (text) => {
    expect(text).not.toMatch(currency);
  });
});
