import { describe, expect, it } from "vitest";
import { withReadableNames } from "../../../../../../plugins/commerce/statement-set/plan/operator-names.ts";
import { planOf } from "./plans.ts";

describe("names of operators", () => {
  const base = planOf("base");
  const pairs = withReadableNames(base).nodes.map((node, at) => ({ node, before: base.nodes[at] }));
  const isNamed = ({ node, before }: (typeof pairs)[number]) => node.description !== before?.description;

  it("are their keys, where they have any", () => {
    const named = pairs.filter(isNamed);
    expect(named.map(({ node }) => node.description)).toEqual([
      "OverAggregate by transactionId",
      "WindowAggregate by category, currency, sale_day",
      "GroupAggregate by category, currency",
      "GroupAggregate by sale_day, currency",
      "LocalWindowAggregate by currency, category",
      "GlobalWindowAggregate by currency, category",
    ]);
    for (const { node, before } of named)
      expect(node.configuration).toEqual({
        ...(before?.configuration as object),
        "table.exec.simplify-operator-name-enabled": "false",
      });
  });

  it("leave everything else as it is", () => {
    const others = pairs.filter((pair) => !isNamed(pair));
    expect(others.map(({ node }) => node)).toEqual(others.map(({ before }) => before));
    expect(withReadableNames(base).edges).toEqual(base.edges);
  });
});
