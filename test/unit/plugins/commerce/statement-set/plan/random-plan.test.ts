import fc from "fast-check";
import { expect, it } from "vitest";
import { analyze } from "../../../../../../plugins/commerce/statement-set/plan/analyze.ts";
import { comparePlans } from "../../../../../../plugins/commerce/statement-set/plan/compare.ts";
import { SINK, tableOf } from "../../../../../../plugins/commerce/statement-set/plan/tables.ts";
import { downstreamOf, type Operator, operators, planFrom, shuffled } from "./random-plan.ts";

const MOST = 40;
const someIds = fc.shuffledSubarray([...Array(1000).keys()], { minLength: MOST, maxLength: MOST });
const inOrder = [...Array(MOST).keys()];
const anyOrder = fc.shuffledSubarray(inOrder, { minLength: MOST, maxLength: MOST });

it("restores the ids of a plan that has other ids", () => {
  fc.assert(
    fc.property(operators, someIds, (list, ids) => {
      const plan = planFrom(list);
      const verdict = comparePlans(plan, shuffled(plan, ids, inOrder));
      expect(verdict).toMatchObject({ kind: "all", dropsState: false });
      expect(verdict.plan).toEqual(plan);
    }),
  );
});

it("keeps all state of a plan in another order", () => {
  fc.assert(
    fc.property(operators, someIds, anyOrder, (list, ids, order) => {
      const plan = planFrom(list);
      const verdict = comparePlans(plan, shuffled(plan, ids, order));
      expect(verdict).toMatchObject({ kind: "all", dropsState: false });
      expect(new Set(verdict.plan.nodes.map(({ id }) => id))).toEqual(
        new Set(plan.nodes.map(({ id }) => id)),
      );
    }),
  );
});

it("drops exactly the states downstream of a change", () => {
  const change = (list: Operator[], at: number) =>
    list.map((operator, index) => (index === at ? { ...operator, setting: 9 } : operator));
  fc.assert(
    fc.property(operators, fc.nat(), someIds, (list, choice, ids) => {
      const at = list.length === 0 ? -1 : choice % list.length;
      // Operators without a setting cannot be changed.
      fc.pre(at >= 0 && !["swap", "union"].includes(list[at]?.kind ?? ""));
      const before = planFrom(list);
      const after = planFrom(change(list, at));
      const hit = downstreamOf(before, at + 1);
      const verdict = comparePlans(before, shuffled(after, ids, inOrder));
      const given = verdict.plan.nodes.map(({ id }) => id);
      expect(new Set(given).size).toBe(given.length);
      const old = new Map(analyze(before).map((one) => [one.node.id, one.digest]));
      for (const { node, stateful, digest } of analyze(after)) {
        const id = given[node.id] ?? Number.NaN;
        if (stateful && hit.has(node.id)) expect(id).toBeGreaterThan(Math.max(...old.keys()));
        else if (!hit.has(node.id)) expect(old.get(id)).toBe(digest);
      }
      const lost = analyze(before).some(
        ({ node, stateful }) => (stateful || tableOf(node, SINK)) && hit.has(node.id),
      );
      expect(verdict.dropsState).toBe(lost);
    }),
  );
});
