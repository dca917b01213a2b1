/** Plans that Flink 2.2 compiled for this project's SQL, cut down to five tables or two, and edits of it. */
import { readFileSync } from "node:fs";
import {
  type CompiledPlan,
  parsePlan,
} from "../../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";

export type PlanName =
  | "base"
  | "raw-edited"
  | "new-column"
  | "new-merchant"
  | "day-filtered"
  | "refund-sign"
  | "no-dedup"
  | "reordered"
  | "minutes-in-windows"
  | "minutes-as-read";

export function planText(name: PlanName): string {
  return readFileSync(new URL(`plans/${name}.json`, import.meta.url), "utf8");
}

export function planOf(name: PlanName): CompiledPlan {
  return parsePlan(planText(name));
}

/** The base plan with some text replaced. Its ids stay the same. */
export function edited(...edits: [from: string, to: string][]): CompiledPlan {
  let text = planText("base");
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`${from} is not in the plan`);
    text = text.replaceAll(from, to);
  }
  return parsePlan(text);
}
