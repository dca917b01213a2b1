import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  generatePassword,
  passwordSpec,
  randomPassword,
} from "../../../../plugins/random/random-password.ts";

describe("RandomPassword", () => {
  it("has the length asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (length) => {
        expect(generatePassword({ length })).toHaveLength(length);
      }),
    );
  });

  it("uses only the classes that are on", () => {
    expect(generatePassword({ length: 500, special: false })).toMatch(/^[a-zA-Z0-9]{500}$/);
    const few = { length: 500, lower: false, upper: false, numeric: false, overrideSpecial: "_-" };
    expect(generatePassword(few)).toMatch(/^[_-]{500}$/);
  });

  it("draws every character of an alphabet, and no two passwords alike", () => {
    expect(new Set(generatePassword({ length: 5000, special: false })).size).toBe(62);
    const passwords = Array.from({ length: 100 }, () => generatePassword({ length: 16 }));
    expect(new Set(passwords).size).toBe(100);
  });

  it("gives what the official plugin notes in the state", async () => {
    const context = {} as Parameters<typeof randomPassword.create>[1];
    const { id, outputs } = await randomPassword.create({ length: 8, numeric: true }, context);
    expect(id).toBe("none");
    expect(outputs).toMatchObject({ length: 8, numeric: true, number: true, result: expect.any(String) });
    const state = { inputs: { length: 8 }, outputs };
    expect(await randomPassword.read("none", state)).toEqual({ id: "none", ...state });
    await expect(randomPassword.read("none", {})).rejects.toThrow("cannot be imported");
  });

  it("refuses what cannot be", () => {
    expect(passwordSpec.validate?.({ length: 0 })).toHaveLength(1);
    const none = { length: 8, lower: false, upper: false, numeric: false, special: false };
    expect(passwordSpec.validate?.(none)?.[0]?.reason).toBe("no characters are left to use");
    expect(passwordSpec.validate?.({ length: 8 })).toEqual([]);
  });
});
