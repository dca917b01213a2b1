import { describe, expect, it } from "vitest";
import { below, createRandom, gaussian, weightedPicker } from "../../../producer/random.ts";

const DRAWS = 100_000;

describe("random numbers", () => {
  it("are evenly distributed over ten bins", () => {
    const random = createRandom(1);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < DRAWS; i++) {
      const bin = below(random, 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    // With 9 degrees of freedom, one seed in a thousand exceeds 27.9 by chance; this seed is fixed.
    const chiSquare = bins.reduce((sum, n) => sum + (n - DRAWS / 10) ** 2 / (DRAWS / 10), 0);
    expect(chiSquare).toBeLessThan(27.9);
  });

  it("differ from the first draw for neighbouring seeds, also above 32 bits", () => {
    const firsts = [0, 1, 2, 3, 2 ** 32, 2 ** 32 + 1, 2 ** 33].map((seed) => createRandom(seed).uint32());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("have mean 0 and variance 1 when normal", () => {
    const random = createRandom(2);
    const values = Array.from({ length: DRAWS }, () => gaussian(random));
    const mean = values.reduce((sum, v) => sum + v, 0) / DRAWS;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / DRAWS;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.01);
  });

  it("pick in proportion to the weights, and never a choice of weight 0", () => {
    const random = createRandom(3);
    const pick = weightedPicker([
      { weight: 0, value: "never" },
      { weight: 1, value: "rare" },
      { weight: 3, value: "often" },
    ]);
    const picks = Array.from({ length: DRAWS }, () => pick(random));
    expect(picks).not.toContain("never");
    expect(Math.abs(picks.filter((p) => p === "rare").length / DRAWS - 0.25)).toBeLessThan(0.01);
  });

  it("refuse to pick without choices", () => {
    expect(() => weightedPicker([])).toThrow(RangeError);
  });
});
