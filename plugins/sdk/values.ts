/**
 * Property values as they are sent between engine and provider: JSON, plus a few marked objects and one marked string.
 */
import struct from "google-protobuf/google/protobuf/struct_pb.js";

export type PropertyMap = Record<string, unknown>;

/** Stands for a value that is not known yet in a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The key whose value says what kind of special object this is. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

export interface Secret {
  [SIGNATURE]: typeof SECRET_SIGNATURE;
  value: unknown;
}

export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN;
}

export function containsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isUnknown(value);
  return Object.values(value).some(containsUnknown);
}

export function secret(value: unknown): Secret {
  return { [SIGNATURE]: SECRET_SIGNATURE, value };
}

export function isSecret(value: unknown): value is Secret {
  return isPlainObject(value) && value[SIGNATURE] === SECRET_SIGNATURE;
}

/** Returns the same value with each secret, at any depth, replaced by what it wraps. */
export function unwrapSecrets(value: unknown): unknown {
  if (isSecret(value)) return unwrapSecrets(value.value);
  if (Array.isArray(value)) return value.map(unwrapSecrets);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrapSecrets(item)]));
}

/** Equality of JSON values. A key that is undefined is the same as an absent key. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = definedEntries(a);
  const right = new Map(definedEntries(b));
  return (
    left.length === right.size &&
    left.every(([key, item]) => right.has(key) && deepEqual(item, right.get(key)))
  );
}

/** Encodes plain values for the wire. Undefined entries are left out. */
export function toStruct(values: object): struct.Struct {
  const message = new struct.Struct();
  const fields = message.getFieldsMap();
  for (const [key, item] of definedEntries(values)) fields.set(key, toValue(item));
  return message;
}

/** Decodes a message from the wire; an absent one is an empty map. */
export function fromStruct(message: struct.Struct | undefined): PropertyMap {
  const fields = message?.getFieldsMap();
  return fields ? Object.fromEntries([...fields.entries()].map(([key, item]) => [key, fromValue(item)])) : {};
}

function toValue(item: unknown): struct.Value {
  const message = new struct.Value();
  if (item === null || item === undefined) message.setNullValue(struct.NullValue.NULL_VALUE);
  else if (typeof item === "string") message.setStringValue(item);
  else if (typeof item === "number") message.setNumberValue(item);
  else if (typeof item === "boolean") message.setBoolValue(item);
  else if (Array.isArray(item)) message.setListValue(new struct.ListValue().setValuesList(item.map(toValue)));
  else if (typeof item === "object") message.setStructValue(toStruct(item));
  else throw new TypeError(`A ${typeof item} cannot be a property value`);
  return message;
}

function fromValue(message: struct.Value): unknown {
  switch (message.getKindCase()) {
    case struct.Value.KindCase.STRING_VALUE:
      return message.getStringValue();
    case struct.Value.KindCase.NUMBER_VALUE:
      return message.getNumberValue();
    case struct.Value.KindCase.BOOL_VALUE:
      return message.getBoolValue();
    case struct.Value.KindCase.LIST_VALUE:
      return message.getListValue()?.getValuesList().map(fromValue) ?? [];
    case struct.Value.KindCase.STRUCT_VALUE:
      return fromStruct(message.getStructValue());
    default:
      return null;
  }
}

function isPlainObject(value: unknown): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function definedEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}
