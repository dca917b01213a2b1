import { describe, expect, it } from "vitest";
import { markSecretsLike } from "../../../engine/property-path.ts";
import { secret } from "../../../plugins/sdk/values.ts";

describe("secrets", () => {
  const mark = (value: unknown, original: unknown) => markSecretsLike(value, original, secret);

  it("stay secret when a provider returns them bare", () => {
    expect(mark({ a: "x", b: "y" }, { a: secret("x"), b: "y" })).toEqual({ a: secret("x"), b: "y" });
    expect(mark({ env: ["A=1", "B=2"] }, { env: ["A=1", secret("B=2")] })).toEqual({
      env: ["A=1", secret("B=2")],
    });
    expect(mark({ env: ["B=2"] }, { env: ["A=1", secret("B=2")] })).toEqual({ env: secret(["B=2"]) });
  });
});
