import { describe, expect, it } from "vitest";
import type { ResourceState } from "../../../engine/state.ts";
import { Targets } from "../../../engine/targets.ts";

const urn = (name: string, type = "t:m:T") => `urn:pulumi:s::p::${type}::${name}`;
const state = (name: string, rest: Partial<ResourceState> = {}): ResourceState => ({
  urn: urn(name),
  custom: true,
  type: "t:m:T",
  ...rest,
});

describe("targets", () => {
  it("are everything where none is named", () => {
    expect(new Targets().isConfined).toBe(false);
    expect(new Targets().covers(state("a"))).toBe(true);
  });

  it("are named in full, or by patterns", () => {
    const names = (pattern: string) => {
      const targets = new Targets([pattern]);
      return [urn("a"), urn("ab"), urn("a", "g:m:G$t:m:T"), urn("a::b")].map((one) => targets.has(one));
    };
    expect(names(urn("a"))).toEqual([true, false, false, false]);
    expect(names("**::a*")).toEqual([true, true, true, false]);
    expect(names("**::a**")).toEqual([true, true, true, true]);
    expect(names("urn:pulumi:s::p::g:m:G$**")).toEqual([false, false, true, false]);
    expect(names("**::t:m:T::?")).toEqual([false, false, false, false]);
  });

  it("bring along what depends on them, if wanted", () => {
    const chain = [
      state("a"),
      state("b", { dependencies: [urn("a")] }),
      state("c", { parent: urn("b") }),
      state("d", { provider: `${urn("c")}::id` }),
      state("e"),
    ];
    const covered = (dependents: boolean) => {
      const targets = new Targets([urn("a")], dependents);
      return chain.filter((one) => targets.covers(one)).map((one) => one.urn.at(-1));
    };
    expect(covered(true).join("")).toBe("abcd");
    expect(covered(false).join("")).toBe("a");
  });

  it("have to exist where they are named in full", () => {
    expect(() => new Targets([urn("a"), "**::x"]).refuseUnknown(new Set([urn("a")]))).not.toThrow();
    expect(() => new Targets([urn("a"), urn("x")]).refuseUnknown(new Set([urn("a")]))).toThrow(
      `Not in the stack (has the shell taken a $ out?):\n  ${urn("x")}`,
    );
  });
});
