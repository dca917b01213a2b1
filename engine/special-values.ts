/** Marked property values other than secrets: references to resources, and what this engine does not carry. */
import { type PropertyMap, SIGNATURE } from "../plugins/sdk/values.ts";

const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const unsupported: Record<string, string> = {
  c44067f5952c0a294b673a41bacd8c17: "an asset",
  "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
  d0e6a833031e9bbcd3f4e8bde6ca49a4: "an output value",
};

/** For providers that do not know references: a resource's id stands for it, a component's URN. */
export function withoutReferences(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutReferences);
  const object = value as PropertyMap;
  if (object[SIGNATURE] === RESOURCE) return object.id ?? object.urn;
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, withoutReferences(item)]));
}

/** @returns what the value, or something in it, is that this engine has no support for. */
export function findUnsupported(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const signature = (value as PropertyMap)[SIGNATURE];
  if (typeof signature === "string" && unsupported[signature]) return unsupported[signature];
  for (const item of Object.values(value)) {
    const found = findUnsupported(item);
    if (found) return found;
  }
  return undefined;
}
