import { describe, expect, it } from "vitest";
import { declaration } from "../../../engine/commands/import.ts";
import type { ResourceState } from "../../../engine/state.ts";
import { findResource, without } from "../../../engine/state-edits.ts";
import { secret } from "../../../plugins/sdk/values.ts";

const urn = (name: string, type = "k:index:T") => `urn:pulumi:s::p::${type}::${name}`;
const state = (name: string, more: Partial<ResourceState> = {}): ResourceState => ({
  urn: urn(name, more.type),
  custom: true,
  type: "k:index:T",
  ...more,
});

describe("a resource is found", () => {
  const old = state("a", { delete: true });
  const live = state("a");
  const nested = { ...state("b"), urn: urn("b", "g:index:G$k:index:T") };
  const twin = state("b", { type: "k:index:U" });
  const all = [old, live, nested, twin];

  it("by its URN, the end of it, or its name, and rather the live one", () => {
    for (const word of [live.urn, "k:index:T::a", "a"]) expect(findResource(all, word)).toBe(live);
    expect(findResource([old], "a")).toBe(old);
    expect(findResource(all, twin.urn)).toBe(twin);
  });

  it("only if there is one of that name", () => {
    expect(() => findResource(all, "b")).toThrow(`${nested.urn}\n  ${twin.urn}`);
    expect(() => findResource(all, "c")).toThrow("No such resource 'c'");
  });
});

describe("a resource leaves the state", () => {
  const provider = state("default", { type: "pulumi:providers:k", id: "1" });
  const a = state("a", { provider: `${provider.urn}::1` });
  const child = state("child", { parent: a.urn });
  const user = state("user", { propertyDependencies: { x: [child.urn] }, protect: true });
  const lives = state("lives-in", { deletedWith: user.urn });
  const other = state("other", { dependencies: [] });
  const all = [provider, a, child, user, lives, other];

  it("alone", () => {
    expect(without(all, other, {})).toEqual([provider, a, child, user, lives]);
    expect(without(all, lives, {})).not.toContain(lives);
  });

  it("with all that needs it, in any way, if that is agreed to", () => {
    const needing = [a, child, user, lives].map((one) => `\n {2}${one.urn}`).join("");
    expect(() => without(all, provider, { force: true })).toThrow(new RegExp(needing.replaceAll("::", "::")));
    expect(() => without(all, provider, { dependents: true })).toThrow(`Protected:\n  ${user.urn}`);
    expect(without(all, provider, { dependents: true, force: true })).toEqual([other]);
  });
});

describe("an imported resource is declared", () => {
  it("in valid TypeScript, secrets masked, internal properties left out", () => {
    const inputs = { "a-b": [{ c: "1:\n2" }], password: secret("x"), __defaults: [] };
    expect(
      declaration(state("new", { type: "azure-native:web/app:App", inputs }), "new", "urn::my-net"),
    ).toBe(
      `import * as azure_native from "@pulumi/azure-native";

const _new = new azure_native.web.App("new", {
    "a-b": [
        {
            c: "1:\\n2"
        }
    ],
    password: "[secret]"
}, { parent: myNet });
`,
    );
    expect(declaration(state("2-x"), "2-x")).toContain('const _2X = new k.T("2-x", {});');
  });
});
