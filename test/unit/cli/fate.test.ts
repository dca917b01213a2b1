import { describe, expect, it } from "vitest";
import { describeFate, fateOf } from "../../../cli/fate.ts";

describe("what a destroy does to the data", () => {
  it.each([
    [true, "retain", "retain", "purge"],
    [false, "retain", "retain", "retain"],
    [false, "purge", "purge", "purge"],
    // The engine keeps what was recorded as kept, whatever the configuration says since.
    [false, "purge", "retain", "retain"],
    // Nothing is up: only volumes of an earlier destroy may be there.
    [false, "retain", undefined, "retain"],
    [false, "purge", undefined, "purge"],
    [false, undefined, undefined, "purge"],
  ] as const)("purge %s, configured %s, recorded %s: %s", (purge, configured, recorded, fate) => {
    expect(fateOf(purge, configured, recorded)).toBe(fate);
  });

  it("refuses to lose what is configured to be kept", () => {
    expect(() => fateOf(false, "retain", "purge")).toThrow("brought up without that: its data would be lost");
    expect(fateOf(true, "retain", "purge")).toBe("purge");
  });
});

describe("what a destroy says beforehand", () => {
  const belongings = { containers: ["a", "b"], networks: ["n"], volumes: ["v", "w", "x"] };
  const account = { eventsIn: 1_500, expired: 100, transactions: 1_400, duplicates: 0, deadLetters: 0 };
  const facts = {
    rows: { ok: true as const, value: { transactions: 1_400, sales_per_day: 34 } },
    account: { ...account, proofs: 0, open: 0, closes: true },
    paused: false,
    savepoint: undefined,
  };

  it("counts what will be lost", () => {
    expect(describeFate("purge", belongings, facts)).toEqual([
      "2 containers, 1 network, 3 volumes. Images are kept.",
      "Lost for good: 1,434 rows in 2 tables, 1,400 events in the topic, the job's state and its savepoints. " +
        "There is no way back.",
    ]);
  });

  it("counts what will be kept, and says how to be rid of it", () => {
    expect(describeFate("retain", belongings, facts)).toEqual([
      "2 containers, 1 network. Images are kept.",
      "Kept, for the next `npm start` to go on with: 1,434 rows in 2 tables, 1,400 events in the topic, " +
        "a last savepoint of the job. With --purge they go too.",
    ]);
  });

  it("names the savepoint of a paused job, as no other will be taken", () => {
    const [, kept] = describeFate("retain", belongings, { ...facts, paused: true, savepoint: "file:/s-1" });
    expect(kept).toContain("the savepoint file:/s-1.");
  });

  it.each(["retain", "purge"] as const)("speaks of no data where there is none (%s)", (fate) => {
    expect(describeFate(fate, { ...belongings, volumes: [] }, facts)).toHaveLength(1);
  });

  it("says no number where nothing could be counted", () => {
    const blind = { rows: { ok: false as const, error: "down" }, account: undefined };
    const [, lost] = describeFate("purge", belongings, { ...facts, ...blind });
    expect(lost).toContain("the tables, the topic, the job's state");
  });
});
