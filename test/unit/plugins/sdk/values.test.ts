import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  containsUnknown,
  deepEqual,
  fromStruct,
  isSecret,
  secret,
  toStruct,
  UNKNOWN,
  unwrapSecrets,
} from "../../../../plugins/sdk/values.ts";

// The protobuf library keeps maps in plain objects: a property called __proto__ cannot be sent.
const json = fc
  .jsonValue({ noUnicodeString: false })
  .filter((value) => !JSON.stringify(value).includes("__proto__"));
const properties = fc.dictionary(
  fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
  json,
);

describe("property values on the wire", () => {
  it("survive encoding and decoding", () => {
    fc.assert(
      fc.property(properties, (values) => {
        const message = toStruct(values);
        const Message = message.constructor as unknown as {
          deserializeBinary(bytes: Uint8Array): typeof message;
        };
        expect(fromStruct(Message.deserializeBinary(message.serializeBinary()))).toEqual(values);
      }),
    );
  });

  it("omit undefined entries, and refuse what is not a value", () => {
    expect(fromStruct(toStruct({ a: undefined, b: null }))).toEqual({ b: null });
    expect(fromStruct(undefined)).toEqual({});
    expect(() => toStruct({ a: () => 1 })).toThrow("A function cannot be a property value");
  });
});

describe("marked values", () => {
  it("are detected and unwrapped at any depth", () => {
    const values = { list: [secret({ inner: secret("p") })], plain: 1 };
    expect(isSecret(values.list[0])).toBe(true);
    expect(unwrapSecrets(values)).toEqual({ list: [{ inner: "p" }], plain: 1 });
    expect(containsUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
    expect(containsUnknown({ a: [{ b: "known" }] })).toBe(false);
  });
});

describe("deepEqual", () => {
  it("agrees with JSON on what is equal", () => {
    fc.assert(fc.property(json, (value) => deepEqual(value, structuredClone(value))));
    fc.assert(
      fc.property(
        json,
        json,
        (a, b) => deepEqual(a, b) === deepEqual(b, a) && (!deepEqual(a, b) || typeof a === typeof b),
      ),
    );
  });

  it("treats an undefined property as absent, and distinguishes lists, objects and null", () => {
    expect(deepEqual({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(deepEqual({ a: undefined }, { b: undefined })).toBe(true);
    expect(deepEqual([], {})).toBe(false);
    expect(deepEqual(null, {})).toBe(false);
    expect(deepEqual([1, 2], [2, 1])).toBe(false);
  });
});
