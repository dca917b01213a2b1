/** The producer's events have the forms that the contract allows; test/oracle knows which others are unusual or invalid. */
import { describe, expect, it } from "vitest";
import { EVENT_FIELDS, TRANSACTION_TYPES } from "../../producer/event.ts";
import { createGenerator } from "../../producer/generator.ts";

describe("the generator's events", () => {
  it("have the contract's forms", () => {
    const next = createGenerator(7);
    for (let index = 0; index < 2000; index++) {
      // Through JSON, as in the topic, over more than a year.
      const text = JSON.stringify(next(1_767_225_600_000 + index * 20_000_003));
      const event = JSON.parse(text);
      expect(Object.keys(event)).toEqual([...EVENT_FIELDS]);
      expect(TRANSACTION_TYPES).toContain(event.transactionType);
      expect(event.transactionDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(text).toMatch(/"amount":\d+(\.\d{1,2})?,/);
      expect(event.currency).toMatch(/^[A-Z]{3}$/);
      const { amount: _amount, ...texts } = event;
      for (const value of Object.values<string>(texts)) {
        expect(value).toMatch(/\S/);
        expect([...value].length).toBeLessThanOrEqual(255);
      }
    }
  });
});
