import { describe, expect, it } from "vitest";
import {
  inTopologicalOrder,
  parsePlan,
  renderPlan,
} from "../../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";
import { planText } from "./plans.ts";

const node = (id: number) => ({ id, type: "stream-exec-calc_1" });
const text = (nodes: unknown, edges: unknown = []) => JSON.stringify({ flinkVersion: "2.2", nodes, edges });

describe("parsePlan", () => {
  it("keeps everything, even digits that a double cannot hold", () => {
    expect(renderPlan(parsePlan(planText("base")))).toBe(planText("base").trim());
    const exact =
      '{"flinkVersion":"2.2","nodes":[{"id":1,"type":"t","value":9007199254740993,"d":1.0}],"edges":[]}';
    expect(renderPlan(parsePlan(exact))).toBe(exact);
  });

  it.each([
    ["{", /^This is not a compiled plan of Flink: .*JSON/],
    ["null", /it has no flinkVersion/],
    ['{"flinkVersion":"2.2"}', /it has no nodes/],
    [text([]), /it has no nodes/],
    [text([node(1)], null), /it has no edges/],
    [text([null]), /nodes\[0\] has no id/],
    [text([node(1), { id: 2 }]), /nodes\[1\] has no type/],
    [text([node(1), node(1)]), /two nodes have the id 1/],
    [text([node(1)], [{ source: 1, target: 2 }]), /edges\[0\] refers to a node that does not exist/],
  ])("refuses %s", (broken, message) => {
    expect(() => parsePlan(broken)).toThrow(message);
  });
});

describe("inTopologicalOrder", () => {
  const edge = (source: number, target: number) => ({ source, target });

  it("puts each operator after its inputs", () => {
    const plan = parsePlan(text([node(3), node(1), node(2)], [edge(2, 3), edge(1, 3), edge(1, 2)]));
    expect(inTopologicalOrder(plan).map(({ node, inputs }) => [node.id, inputs])).toEqual([
      [1, []],
      [2, [1]],
      [3, [2, 1]],
    ]);
  });

  it("refuses a cycle", () => {
    const plan = parsePlan(text([node(1), node(2), node(3)], [edge(1, 2), edge(2, 3), edge(3, 2)]));
    expect(() => inTopologicalOrder(plan)).toThrow("The edges of the compiled plan form a cycle: 2, 3");
  });
});
