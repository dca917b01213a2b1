import { describe, expect, it } from "vitest";
import { formerUrns, type Goal } from "../../../engine/goal.ts";
import {
  afterReplacementOf,
  type Circumstances,
  type ProviderDiff,
  planChange,
  planDeletions,
} from "../../../engine/planner.ts";
import type { ResourceState } from "../../../engine/state.ts";
import { makeUrn, parseUrn } from "../../../engine/urn.ts";
import { UNKNOWN } from "../../../plugins/sdk/values.ts";

const state = (name: string, rest: Partial<ResourceState> = {}): ResourceState => ({
  urn: `urn:pulumi:s::p::t:m:T::${name}`,
  custom: true,
  type: "t:m:T",
  id: name,
  ...rest,
});
const says: ProviderDiff = { changes: "some", replaces: [], changed: [], deleteBeforeReplace: false };
const given = (rest: Partial<Circumstances>): Circumstances => ({
  old: state("a", { inputs: { x: 1 } }),
  inputs: { x: 2 },
  providerReplaced: false,
  replaceOnChanges: [],
  forceReplace: false,
  ...rest,
});
const plan = (rest: Partial<Circumstances>) => planChange(given(rest));

describe("planChange", () => {
  it("believes the provider, and looks for itself where that does not know", () => {
    expect(plan({ provider: { ...says, changes: "none" } }).op).toBe("same");
    expect(plan({ provider: says }).op).toBe("update");
    expect(plan({ provider: { ...says, changes: "unknown" } }).op).toBe("update");
    expect(plan({ provider: { ...says, changes: "unknown" }, inputs: { x: 1 } }).op).toBe("same");
    expect(plan({}).op).toBe("update");
  });

  it("replaces when the provider, the program or the user wants it", () => {
    const replaced = { ...says, replaces: ["x"], changed: [], deleteBeforeReplace: true };
    expect(plan({ provider: replaced })).toMatchObject({ op: "replace", keys: ["x"], deleteFirst: true });
    expect(plan({ provider: replaced, deleteBeforeReplace: false })).toMatchObject({ deleteFirst: false });
    const vague = { ...says, changes: "unknown" as const };
    expect(plan({ provider: vague, replaceOnChanges: ["x"] }).op).toBe("replace");
    expect(plan({ provider: vague, replaceOnChanges: ["*"] }).op).toBe("replace");
    expect(plan({ provider: vague, replaceOnChanges: ["y"] }).op).toBe("update");
    expect(plan({ provider: { ...says, changed: ["x"] }, replaceOnChanges: ["x"] }).op).toBe("replace");
    expect(plan({ provider: { ...says, changed: ["x"] }, replaceOnChanges: ["x.y"] }).op).toBe("update");
    const detailed = new Map([["x.y[0]", { kind: "update" as const, replaces: false }]]);
    expect(plan({ provider: { ...says, detailed }, replaceOnChanges: ["x.*[0]"] }).op).toBe("replace");
    expect(plan({ provider: { ...says, detailed }, replaceOnChanges: ["x.y[0].z"] }).op).toBe("update");
    // A provider that does not say what changed leaves nothing to hold the option against.
    expect(plan({ provider: says, replaceOnChanges: ["x"] }).op).toBe("update");
    expect(plan({ inputs: { x: 1 }, forceReplace: true }).op).toBe("replace");
    expect(plan({ providerReplaced: true })).toMatchObject({ op: "replace", keys: ["provider"] });
  });

  it("tries again what did not quite succeed", () => {
    expect(plan({ old: state("a", { inputs: { x: 1 }, initErrors: ["no"] }), inputs: { x: 1 } }).op).toBe(
      "update",
    );
    const failed = { old: state("a", { inputs: { x: 1 }, initErrors: ["no"] }), inputs: { x: 1 } };
    expect(plan({ ...failed, replaceOnChanges: ["*"] }).op).toBe("replace");
  });
});

describe("planDeletions", () => {
  it("has children, dependents and the served go first", () => {
    const provider = state("provider");
    const parent = state("parent");
    const child = state("child", { parent: parent.urn, provider: `${provider.urn}::id` });
    const user = state("user", { propertyDependencies: { x: [child.urn] } });
    const old = state("child", { delete: true });
    const order = planDeletions([provider, parent, child, user, old]);
    expect(order.get(provider)).toEqual([child]);
    expect(order.get(parent)).toEqual([child]);
    expect(order.get(child)).toEqual([user]);
    expect(order.get(old)).toEqual([user]);
    expect(order.get(user)).toEqual([]);
  });
});

describe("afterReplacementOf", () => {
  it("makes what it gives to others unknown", () => {
    const root = state("root");
    const user = state("user", { inputs: { x: 1, y: 2 }, propertyDependencies: { x: [root.urn], y: [] } });
    expect(afterReplacementOf(new Set([root.urn]), user)).toEqual({ x: UNKNOWN, y: 2 });
    expect(afterReplacementOf(new Set(["other"]), user)).toBe("unaffected");
    expect(afterReplacementOf(new Set([root.urn]), state("b", { provider: `${root.urn}::id` }))).toBe(
      "replaced",
    );
    expect(afterReplacementOf(new Set([root.urn]), { ...user, custom: false })).toBe("unaffected");
  });
});

describe("names", () => {
  it("carry the types of all parents but the stack", () => {
    const stack = makeUrn("s", "p", undefined, "pulumi:pulumi:Stack", "p-s");
    const group = makeUrn("s", "p", stack, "a:b:Group", "g");
    const urn = makeUrn("s", "p", group, "a:b:Leaf", "l::x ü");
    expect(urn).toBe("urn:pulumi:s::p::a:b:Group$a:b:Leaf::l::x ü");
    expect(parseUrn(urn)).toMatchObject({
      type: "a:b:Leaf",
      name: "l::x ü",
      qualifiedType: "a:b:Group$a:b:Leaf",
    });
    expect(() => parseUrn("nonsense")).toThrow(/not a resource URN/);
  });

  it("follow a parent that was renamed", () => {
    const goal = {
      type: "a:b:Leaf",
      name: "new-leaf",
      parent: "urn:pulumi:s::p::a:b:Group::new",
      aliases: [{ name: "leaf" }],
    };
    const urn = makeUrn("s", "p", goal.parent, goal.type, goal.name);
    expect(formerUrns(urn, goal as unknown as Goal, () => "urn:pulumi:s::p::a:b:Group::old")).toEqual([
      "urn:pulumi:s::p::a:b:Group$a:b:Leaf::leaf",
      "urn:pulumi:s::p::a:b:Group$a:b:Leaf::old-leaf",
    ]);
  });
});
