import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  generatePassword,
  passwordSpec,
  randomPassword,
} from "../../../../plugins/random/random-password.ts";

describe("RandomPassword", () => {
  it("has the requested length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (length) => {
        expect(generatePassword({ length })).toHaveLength(length);
      }),
    );
  });

  it("uses only the enabled classes", () => {
    expect(generatePassword({ length: 500, special: false })).toMatch(/^[a-zA-Z0-9]{500}$/);
    const few = { length: 500, lower: false, upper: false, numeric: false, overrideSpecial: "_-" };
    expect(generatePassword(few)).toMatch(/^[_-]{500}$/);
  });

  it("uses every character of the alphabet, and never repeats a password", () => {
    expect(new Set(generatePassword({ length: 5000, special: false })).size).toBe(62);
    const passwords = Array.from({ length: 100 }, () => generatePassword({ length: 16 }));
    expect(new Set(passwords).size).toBe(100);
  });

  it("outputs what the official plugin records", async () => {
    const context = {} as Parameters<typeof randomPassword.create>[1];
    const { id, outputs } = await randomPassword.create({ length: 8, numeric: true }, context);
    expect(id).toBe("none");
    expect(outputs).toMatchObject({ length: 8, numeric: true, number: true, result: expect.any(String) });
    const state = { inputs: { length: 8 }, outputs };
    expect(await randomPassword.read("none", state)).toEqual({ id: "none", ...state });
    await expect(randomPassword.read("none", {})).rejects.toThrow("cannot be imported");
  });

  it("refuses impossible inputs", () => {
    expect(passwordSpec.validate?.({ length: 0 })).toHaveLength(1);
    const none = { length: 8, lower: false, upper: false, numeric: false, special: false };
    expect(passwordSpec.validate?.(none)?.[0]?.reason).toBe("no characters are left to use");
    expect(passwordSpec.validate?.({ length: 8 })).toEqual([]);
  });
});
