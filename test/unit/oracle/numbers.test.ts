import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCents, inCents, readDecimal } from "../../oracle/decimal.ts";
import { formatTime, readTime } from "../../oracle/time.ts";

const cents = (text: string) => {
  const decimal = readDecimal(text);
  return decimal && inCents(decimal);
};

describe("decimals", () => {
  it.each([
    ["0", 0n],
    ["-0.00", 0n],
    ["12.3", 1230n],
    ["12.30000", 1230n],
    ["0.005", undefined],
    ["1e2", 10000n],
    ["1.5E-1", 15n],
    ["1234e-2", 1234n],
    ["0e999999999999", 0n],
    ["1e999999999999", undefined],
    ["1e-999999999999", undefined],
    ["-9007199254740993.01", -900719925474099301n],
    ["0x10", undefined],
    [" 1", undefined],
    ["", undefined],
  ])("reads %s", (text, expected) => {
    expect(cents(text)).toBe(expected);
  });

  it("prints what it read", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), (value) => {
        expect(cents(formatCents(value))).toBe(value);
      }),
    );
    expect([0n, -5n, 100n].map(formatCents)).toEqual(["0.00", "-0.05", "1.00"]);
  });
});

describe("times", () => {
  it("agrees with Date, which counts days another way, on every instant of four-digit years", () => {
    const [min, max] = [new Date("0001-01-01T00:00:00Z"), new Date("9999-12-31T23:59:59.999Z")];
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
        const iso = date.toISOString();
        expect(readTime(iso)).toBe(date.getTime());
        expect(formatTime(date.getTime())).toBe(iso.replace("T", " ").replace(/\.?0*Z$/, ""));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["2024-02-29T00:00:00Z", "2024-02-29 00:00:00"],
    ["2000-02-29 12:00:00", "2000-02-29 12:00:00"],
    ["2024-12-31t23:59:59.999999999z", "2024-12-31 23:59:59.999"],
    ["2024-12-31T23:30:00-01:00", "2025-01-01 00:30:00"],
    ["2025-01-01T00:30:00.5+0100", "2024-12-31 23:30:00.5"],
    ["2024-03-01T00:00:00+23:59", "2024-02-29 00:01:00"],
  ])("reads %s", (text, expected) => {
    const time = readTime(text);
    expect(typeof time === "number" && formatTime(time)).toBe(expected);
  });

  it.each([
    ["2023-02-29T00:00:00Z", "day"],
    ["1900-02-29T00:00:00Z", "day"],
    ["2024-04-31T00:00:00Z", "day"],
    ["2024-00-10T00:00:00Z", "day"],
    ["2024-01-01T24:00:00Z", "time"],
    ["2024-06-30T23:59:60Z", "time"],
    ["2024-01-01T00:00:00+24:00", "time"],
    ["2024-01-01T00:00:00.1234567890Z", "form"],
    ["2024-1-1T00:00:00Z", "form"],
    ["2024-01-01", "form"],
    ["2024-01-01T00:00:00Z\n", "form"],
    ["２０２４-01-01T00:00:00Z", "form"],
  ])("refuses %s", (text, expected) => {
    expect(readTime(text)).toBe(expected);
  });
});
