import { describe, expect, it } from "vitest";
import { withReadableNames } from "../../../../../../plugins/commerce/statement-set/plan/operator-names.ts";
import { planOf } from "./plans.ts";

describe("names of operators", () => {
  const base = planOf("base");
  const nodes = withReadableNames(base).nodes.map((node, at) => ({ ...node, before: base.nodes[at] }));

  it("are their keys, where they have any", () => {
    const changed = nodes.filter(({ before, description }) => description !== before?.description);
    expect(changed.map(({ description }) => description)).toEqual([
      "OverAggregate by transactionId",
      "WindowAggregate by category, currency, sale_day",
      "GroupAggregate by category, currency",
      "GroupAggregate by sale_day, currency",
      "LocalWindowAggregate by currency, category",
      "GlobalWindowAggregate by currency, category",
    ]);
    for (const { configuration, before } of changed)
      expect(configuration).toEqual({
        ...(before?.configuration as object),
        "table.exec.simplify-operator-name-enabled": "false",
      });
  });

  it("leave everything else as it is", () => {
    const rest = nodes.filter(({ before, description }) => description === before?.description);
    for (const { before, ...node } of rest) expect(node).toEqual(before);
    expect(withReadableNames(base).edges).toEqual(base.edges);
  });
});
