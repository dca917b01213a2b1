import { describe, expect, it } from "vitest";
import {
  comparePlans,
  type TableVerdict,
  type Verdict,
} from "../../../../../../plugins/commerce/statement-set/plan/compare.ts";
import type { CompiledPlan } from "../../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";
import { describeVerdict } from "../../../../../../plugins/commerce/statement-set/plan/describe.ts";
import {
  withSinkSchema,
  withSourceGroup,
} from "../../../../../../plugins/commerce/statement-set/plan/edit.ts";
import { edited, planOf } from "./plans.ts";

const base = planOf("base");
const DEDUP = "OverAggregate(partitionBy=[transactionId])";
const HALF_SECONDS = "WindowAggregate(groupBy=[category, currency, sale_day])";
const DAYS = "GroupAggregate(groupBy=[sale_day, currency])";
const MINUTES = "GlobalWindowAggregate(groupBy=[currency, category])";
const MERCHANTS = "GroupAggregate(groupBy=[merchant, currency])";

function outcomes({ tables }: Verdict): Record<string, TableVerdict["outcome"]> {
  return Object.fromEntries(tables.map(({ table, outcome }) => [table, outcome]));
}

function find({ tables }: Verdict, table: string): TableVerdict | undefined {
  return tables.find((one) => one.table === table);
}

/** The id of the only operator with that description. */
function idOf(plan: CompiledPlan, description: string): number {
  const found = plan.nodes.filter((node) => String(node.description).startsWith(description.slice(0, -1)));
  expect(found).toHaveLength(1);
  return found[0]?.id ?? Number.NaN;
}

function highest({ nodes }: CompiledPlan): number {
  return Math.max(...nodes.map(({ id }) => id));
}

const ALL_KEPT = {
  transactions: "kept",
  dead_letters: "kept",
  sales_per_category: "kept",
  sales_per_day: "kept",
  sales_per_minute: "kept",
};

describe("comparePlans, if all state fits", () => {
  const recompiled = planOf("reordered");

  it.each<[string, CompiledPlan]>([
    ["reordered INSERTs and a renamed view", recompiled],
    ["one more column from the source to one sink", planOf("new-column")],
    ["another time to live", edited(['"ttl":"0 ms"', '"ttl":"777600000 ms"'])],
    ["another schema and another consumer group", withSourceGroup(withSinkSchema(base, "other"), "other")],
    [
      "more time for late events",
      edited(['"value":"10000"', '"value":"20000"'], ["10000:INTERVAL", "20000:INTERVAL"]),
    ],
  ])("keeps it with %s", (_what, after) => {
    const verdict = comparePlans(base, after);
    expect(outcomes(verdict)).toEqual(ALL_KEPT);
    expect(verdict.kind).toBe("all");
    for (const operator of [DEDUP, HALF_SECONDS, DAYS, MINUTES, "TableSourceScan("])
      expect(idOf(verdict.plan, operator)).toBe(idOf(base, operator));
  });

  it("drops no state of a plan that was only recompiled", () => {
    expect(comparePlans(base, recompiled).dropsState).toBe(false);
  });

  it("keeps all ids and edges of a plan that was only recompiled", () => {
    expect(recompiled.nodes.map(({ id }) => id)).not.toContain(base.nodes[0]?.id);
    const { plan } = comparePlans(base, recompiled);
    const edges = (of: CompiledPlan) => of.edges.map(({ source, target }) => `${source} ${target}`).sort();
    expect(plan.nodes.map(({ id }) => id).sort()).toEqual(base.nodes.map(({ id }) => id).sort());
    expect(edges(plan)).toEqual(edges(base));
  });
});

describe("comparePlans, if part of the state fits", () => {
  it("starts a new table empty, under an unused id", () => {
    const verdict = comparePlans(base, planOf("new-merchant"));
    expect(outcomes(verdict)).toEqual({ ...ALL_KEPT, sales_per_merchant: "new" });
    expect(verdict).toMatchObject({ kind: "all", dropsState: false });
    expect(find(verdict, "sales_per_merchant")?.operators).toEqual([MERCHANTS]);
    expect(idOf(verdict.plan, MERCHANTS)).toBeGreaterThan(highest(base));
    expect(idOf(verdict.plan, DAYS)).toBe(idOf(base, DAYS));
  });

  it("drops the state of a table that is no longer written", () => {
    const verdict = comparePlans(planOf("new-merchant"), base);
    expect(outcomes(verdict)).toEqual({ ...ALL_KEPT, sales_per_merchant: "gone" });
    expect(verdict).toMatchObject({ kind: "all", dropsState: true });
    expect(find(verdict, "sales_per_merchant")?.operators).toEqual([MERCHANTS]);
  });

  it("rebuilds only the sum that gets a filter", () => {
    const verdict = comparePlans(base, planOf("day-filtered"));
    expect(outcomes(verdict)).toEqual({ ...ALL_KEPT, sales_per_day: "rebuild" });
    expect(verdict).toMatchObject({ kind: "part", dropsState: true });
    expect(find(verdict, "sales_per_day")).toMatchObject({
      why: `${DAYS}: its rows are filtered differently: now (currency <> 'GBP')`,
      operators: [DAYS],
    });
    expect(idOf(verdict.plan, DAYS)).toBeGreaterThan(highest(base));
    expect(idOf(verdict.plan, HALF_SECONDS)).toBe(idOf(base, HALF_SECONDS));
  });

  it("rebuilds all sums if an expression that they share changes", () => {
    const verdict = comparePlans(base, planOf("refund-sign"));
    const rebuilt = { sales_per_category: "rebuild", sales_per_day: "rebuild", sales_per_minute: "rebuild" };
    expect(outcomes(verdict)).toEqual({ ...ALL_KEPT, ...rebuilt });
    expect(find(verdict, "sales_per_day")).toMatchObject({
      why: `${HALF_SECONDS}: it computes something else`,
      operators: [HALF_SECONDS, DAYS],
    });
    expect(find(verdict, "sales_per_minute")?.why).toBe(`${MINUTES}: it computes something else`);
    expect(idOf(verdict.plan, DAYS)).toBeGreaterThan(highest(base));
    expect(idOf(verdict.plan, DEDUP)).toBe(idOf(base, DEDUP));
  });

  it("rebuilds a table that only its sink has state for, and drops the sink's state only", () => {
    const verdict = comparePlans(base, planOf("raw-edited"));
    expect(outcomes(verdict)).toEqual({ ...ALL_KEPT, transactions: "rebuild" });
    expect(verdict).toMatchObject({ kind: "part", dropsState: true });
    expect(find(verdict, "transactions")?.why).toMatch(/computed differently|filtered differently/);
    expect(idOf(verdict.plan, DEDUP)).toBe(idOf(base, DEDUP));
  });

  it("rebuilds a table if its window size changes", () => {
    const verdict = comparePlans(base, edited(['"PT1M"', '"PT5M"'], ["size=[1 min]", "size=[5 min]"]));
    expect(outcomes(verdict)).toEqual({ ...ALL_KEPT, sales_per_minute: "rebuild" });
    expect(find(verdict, "sales_per_minute")?.why).toBe(`${MINUTES}: it uses another window`);
  });

  it("rebuilds every table, but keeps the offsets, if the rule for valid events changes", () => {
    const verdict = comparePlans(base, edited(["1970-01-01", "2020-01-01"]));
    expect(verdict.kind).toBe("none");
    expect(find(verdict, "transactions")?.why).toBe(`${DEDUP}: the events are read differently`);
    expect(idOf(verdict.plan, "TableSourceScan(")).toBe(idOf(base, "TableSourceScan("));
  });

  it("rebuilds the sums if the type of the summed column changes", () => {
    const verdict = comparePlans(base, edited(["DECIMAL(18, 2)", "DECIMAL(20, 2)"]));
    expect(outcomes(verdict)).toMatchObject({
      transactions: "kept",
      sales_per_day: "rebuild",
      sales_per_minute: "rebuild",
    });
  });

  it("rebuilds everything that counted an event once, if the de-duplication is removed", () => {
    const verdict = comparePlans(base, planOf("no-dedup"));
    expect(outcomes(verdict)).toMatchObject({
      transactions: "rebuild",
      dead_letters: "kept",
      sales_per_day: "rebuild",
      sales_per_minute: "rebuild",
    });
    expect(verdict).toMatchObject({ kind: "part", dropsState: true });
  });

  it("rebuilds everything downstream of an added de-duplication", () => {
    const verdict = comparePlans(planOf("no-dedup"), base);
    expect(outcomes(verdict)).toEqual({
      transactions: "rebuild",
      dead_letters: "kept",
      sales_per_category: "rebuild",
      sales_per_day: "rebuild",
      sales_per_minute: "rebuild",
    });
    expect(find(verdict, "transactions")?.why).toBe(`${DEDUP}: there was no such operator before`);
  });
});

describe("comparePlans, from windows that close to sums as sales are read", () => {
  const windows = planOf("minutes-in-windows");
  const asRead = planOf("minutes-as-read");

  it("keeps the totals, whose column only lost its watermark, and rebuilds the minutes", () => {
    const verdict = comparePlans(windows, asRead);
    expect(outcomes(verdict)).toEqual({ sales_per_day: "kept", sales_per_minute: "rebuild" });
    expect(verdict.kind).toBe("part");
  });

  it("keeps everything when only the isolation level changes", () => {
    const text = JSON.stringify(asRead);
    const uncommitted = text.replaceAll("read_committed", "read_uncommitted");
    expect(uncommitted).not.toBe(text);
    expect(comparePlans(JSON.parse(uncommitted), asRead).kind).toBe("all");
  });
});

describe("comparePlans, if no state fits", () => {
  it.each([
    ["topic", "financial_transactions", "other_transactions", "other_transactions"],
    ["broker", "kafka:29092", "elsewhere:29092", "financial_transactions"],
  ])("rebuilds everything for another %s", (_what, from, to, name) => {
    const verdict = comparePlans(base, edited([from, to]));
    expect(verdict).toMatchObject({ kind: "none", dropsState: true });
    expect(new Set(verdict.tables.map(({ outcome }) => outcome))).toEqual(new Set(["rebuild"]));
    expect(find(verdict, "sales_per_day")?.why).toBe(`Source(${name}): it reads from somewhere else`);
    for (const operator of [DEDUP, DAYS, "TableSourceScan("])
      expect(idOf(verdict.plan, operator)).toBeGreaterThan(highest(base));
  });
});

describe("describeVerdict", () => {
  it("groups tables with the same description", () => {
    expect(describeVerdict(comparePlans(base, planOf("refund-sign")))).toEqual([
      "Some tables can be kept, others have to be rebuilt.",
      "transactions, dead_letters: kept",
      `sales_per_category, sales_per_day: to be rebuilt; ${HALF_SECONDS}: it computes something else`,
      `sales_per_minute: to be rebuilt; ${MINUTES}: it computes something else`,
    ]);
  });

  it("says what starts empty, and what is dropped", () => {
    expect(describeVerdict(comparePlans(base, planOf("new-merchant"))).at(-1)).toBe(
      `sales_per_merchant: new; starts empty and counts from here on: ${MERCHANTS}`,
    );
    expect(describeVerdict(comparePlans(planOf("new-merchant"), base)).at(-1)).toBe(
      `sales_per_merchant: no longer written; its rows stay, its state is dropped: ${MERCHANTS}`,
    );
  });
});
