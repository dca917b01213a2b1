/** What an edit of this project's SQL means for each table, by plans that a real SQL Gateway compiled. */
import { describe, it } from "vitest";
import { expectVerdict } from "./expect-verdict.ts";
import { recordedPlan } from "./recorded-plans.ts";
import { BASE, VARIANTS } from "./variants.ts";

describe("an edit of the SQL", () => {
  const base = recordedPlan(BASE);

  it.each(VARIANTS)("$name", (variant) => expectVerdict(base, recordedPlan(variant.name), variant));
});
