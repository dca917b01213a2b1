import { describe, expect, it } from "vitest";
import { comparePlans } from "../../../../../../plugins/commerce/statement-set/plan/compare.ts";
import type { CompiledPlan } from "../../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";
import {
  sourceGroups,
  withNewSources,
  withoutOffsetReset,
  withSinkSchema,
  withSourceGroup,
} from "../../../../../../plugins/commerce/statement-set/plan/edit.ts";
import { sinkTables } from "../../../../../../plugins/commerce/statement-set/plan/postgres-sinks.ts";
import {
  optionsOf,
  SINK,
  SOURCE,
  tableOf,
} from "../../../../../../plugins/commerce/statement-set/plan/tables.ts";
import { edited, planOf, planText } from "./plans.ts";

const base = planOf("base");
const URL_NOW = "jdbc:postgresql://postgres:5432/kafka_commerce?user=flink_writer&reWriteBatchedInserts=true";

function options(plan: CompiledPlan, side: typeof SINK | typeof SOURCE): Record<string, string>[] {
  return plan.nodes.flatMap((node) => {
    const table = tableOf(node, side);
    return table ? [optionsOf(table)] : [];
  });
}

const urls = (plan: CompiledPlan) => [...new Set(options(plan, SINK).map(({ url }) => url))];

describe("withSinkSchema", () => {
  it("adds the schema to each URL, and changes nothing else", () => {
    const moved = withSinkSchema(base, "shadow");
    expect(urls(moved)).toEqual([`${URL_NOW}&currentSchema=shadow`]);
    expect(JSON.stringify(moved).replaceAll("&currentSchema=shadow", "")).toBe(planText("base").trim());
  });

  it("replaces another schema", () => {
    expect(withSinkSchema(withSinkSchema(base, "shadow"), "main")).toEqual(withSinkSchema(base, "main"));
    const first = edited(["?user=flink_writer&", "?currentSchema=old&user=flink_writer&"]);
    expect(urls(withSinkSchema(first, "main"))).toEqual([`${URL_NOW}&currentSchema=main`]);
  });

  it("works for a URL without parameters", () => {
    const plain = edited(["?user=flink_writer&reWriteBatchedInserts=true", ""]);
    expect(urls(withSinkSchema(plain, "main"))).toEqual([
      "jdbc:postgresql://postgres:5432/kafka_commerce?currentSchema=main",
    ]);
  });

  it("does not change other sinks", () => {
    const printed = edited(['"connector":"jdbc"', '"connector":"print"']);
    expect(withSinkSchema(printed, "main")).toEqual(printed);
    expect(sinkTables(printed)).toEqual([]);
  });
});

it("withSourceGroup changes only the group of the sources", () => {
  const moved = withSourceGroup(base, "other");
  expect(options(moved, SOURCE).map((source) => source["properties.group.id"])).toEqual(["other"]);
  expect(JSON.stringify(moved).replace('"other"', '"flink_consumer_group"')).toBe(planText("base").trim());
});

it("sinkTables names the tables in the database", () => {
  expect(sinkTables(base)).toEqual([
    "transactions",
    "dead_letters",
    "sales_per_category",
    "sales_per_day",
    "sales_per_minute",
  ]);
  expect(sinkTables(edited(['"table-name":"sales_per_day"', '"table-name":"Days"']))).toContain("days");
});

describe("withoutOffsetReset", () => {
  it("makes the sources fail instead of skipping events", () => {
    const [source] = options(withoutOffsetReset(base), SOURCE);
    expect(source).toMatchObject({
      "scan.startup.mode": "group-offsets",
      "properties.auto.offset.reset": "none",
    });
    expect(urls(withoutOffsetReset(base))).toEqual(urls(base));
  });
});

describe("withNewSources", () => {
  it("gives the source an id that no operator has had, and keeps all other states", () => {
    const before = planOf("base");
    const after = withNewSources(before);
    const isSource = (node: { type: string }) => node.type.includes("table-source-scan");
    const ids = (plan: CompiledPlan) => plan.nodes.filter((node) => !isSource(node)).map(({ id }) => id);
    expect(ids(after)).toEqual(ids(before));
    const [source] = after.nodes.filter(isSource);
    expect(before.nodes.map(({ id }) => id)).not.toContain(source?.id);
    const fed = (plan: CompiledPlan, id?: number) =>
      plan.edges.filter((edge) => edge.source === id).map(({ target }) => target);
    expect(fed(after, source?.id)).toEqual(fed(before, before.nodes.find(isSource)?.id));
    expect(comparePlans(after, planOf("base")).kind).toBe("all");
  });
});

it("finds the consumer group of the sources", () => {
  expect(sourceGroups(withSourceGroup(base, "replay-2"))).toEqual(["replay-2"]);
});
