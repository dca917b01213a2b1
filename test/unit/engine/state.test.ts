import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secrets } from "../../../engine/secrets.ts";
import { checkpointWriter, parseCheckpoint, type ResourceState } from "../../../engine/state.ts";
import { secret } from "../../../plugins/sdk/values.ts";

const secrets = await Secrets.create("pass phrase ü");
const write = checkpointWriter("organization/p/s", secrets);

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: "grapheme", minLength: 1 }), tie("any"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    fc.jsonValue().map((json) => secret(json)),
  ),
})).any;

describe("a checkpoint", () => {
  it("reads back what was written, secrets and unicode included", () => {
    const properties = fc.dictionary(fc.string({ minLength: 1 }), value, {
      minKeys: 1,
      maxKeys: 4,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(properties, properties, (inputs, outputs) => {
        const resources: ResourceState[] = [
          { urn: "urn:pulumi:s::p::a:b:C::ü", custom: true, type: "a:b:C", inputs, outputs },
        ];
        const text = write({
          resources,
          pending: [{ type: "creating", resource: resources[0] as ResourceState }],
          metadata: {},
        });
        const read = parseCheckpoint(text, "file").unseal(secrets);
        expect(read.resources).toEqual(resources);
        expect(read.pending).toEqual([{ type: "creating", resource: resources[0] }]);
      }),
    );
  });

  it("holds no secret in plain text", () => {
    const inputs = { a: [{ b: secret({ deep: "swordfish" }) }] };
    const text = write({
      resources: [{ urn: "u", custom: true, type: "t", inputs }],
      pending: [],
      metadata: {},
    });
    expect(text).not.toContain("swordfish");
    expect(text).toContain("ciphertext");
  });

  it("says what is wrong with a file", () => {
    expect(() => parseCheckpoint("{", "S.json")).toThrow(/S\.json is damaged.*S\.json\.bak/);
    expect(() => parseCheckpoint('{"version":4}', "S.json")).toThrow(/format version 4/);
    const cloud = { version: 3, checkpoint: { latest: { secrets_providers: { type: "service" } } } };
    expect(() => parseCheckpoint(JSON.stringify(cloud), "S.json")).toThrow(/'service' is not supported/);
  });
});

describe("secrets", () => {
  it("open only with their passphrase and salt", async () => {
    const sealed = secrets.encrypt("x");
    expect((await Secrets.open("pass phrase ü", secrets.salt)).decrypt(sealed)).toBe("x");
    await expect(Secrets.open("other", secrets.salt)).rejects.toThrow(/PULUMI_CONFIG_PASSPHRASE/);
    await expect(Secrets.open("x", "nonsense")).rejects.toThrow(/not an encryption salt/);
    const other = await Secrets.create("pass phrase ü");
    expect(() => other.decrypt(sealed)).toThrow(/another salt/);
  });

  it("open what the Pulumi CLI sealed", async () => {
    const recorded = await Secrets.open(
      "dev",
      "v1:RofGgvSMqRg=:v1:oC5LEznJERFg3E1z:oIQ6dOTQ4+FZ6jSSSaYLRg8PsOXJkQ==",
    );
    expect(recorded.decrypt("v1:GqT7Tr5Rzli3jBv2:CcGkbZuF7M5scwNiOMRFczzUJHCljA==")).toBe("s3cret");
    expect(recorded.decrypt("v1:Phjubm06o1S2rBft:uqUJQ20S17hR3zLQhn0eI8GOgpQbi7we7Q==")).toBe('"hunter2"');
  });
});
