/** What a stand-in knows about a resource type's inputs, without any I/O. */
import type { ChangeTable } from "./diff.ts";
import type { CheckFailure } from "./provider.ts";
import type { PropertyMap } from "./values.ts";

export interface InputSpec<I extends object> {
  /** Every supported input, with what its change means. Any other is refused by name. */
  table: ChangeTable<I>;
  required: readonly (keyof I & string)[];
  /** As the official plugin fills them in. */
  defaults?: Partial<I>;
  /** Inputs that the official plugin fills in with just this value, the only one that is supported. */
  fixed?: Readonly<PropertyMap>;
  /** What an absent input means. Not filled in. */
  implied?: Partial<I>;
  /** For inputs that are objects, or lists of them: the supported keys. */
  nested?: Readonly<Record<string, readonly string[]>>;
  /** For the same inputs: the defaults of those keys. */
  nestedDefaults?: Readonly<Record<string, Readonly<PropertyMap>>>;
  /**
   * Record defaults as the Terraform bridge does: their names in a list `__defaults` on each level, and none that is
   * false or 0.
   */
  listsDefaults?: true;
  /** Lists whose order counts. The others are sets: another order is no change. */
  ordered?: readonly string[];
  /** Old and new can be there at once: a replacement need not delete first. */
  coexists?: true;
  /** Further rules for inputs that have passed the ones above. */
  validate?(inputs: I): CheckFailure[];
}

/** Names unsupported and missing inputs. */
export function inputFailures<I extends object>(spec: InputSpec<I>, inputs: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, known: readonly string[]) =>
    failures.push({
      property,
      reason: `"${property}" is not supported by the project's own plugin (supported: ${known.join(", ")})`,
    });
  for (const [property, value] of Object.entries(inputs)) {
    if (spec.fixed && property in spec.fixed) {
      const only = spec.fixed[property];
      if (value === only) continue;
      failures.push({ property, reason: `${property}: the project's own plugin supports only ${only}` });
    } else if (!(property in spec.table)) refuse(property, Object.keys(spec.table));
    const known = spec.nested?.[property];
    if (!known) continue;
    for (const item of [value].flat()) {
      if (typeof item !== "object" || item === null) continue;
      for (const key of Object.keys(item)) if (!known.includes(key)) refuse(`${property}.${key}`, known);
    }
  }
  for (const property of spec.required) {
    if (inputs[property] === undefined) failures.push({ property, reason: `"${property}" is required` });
  }
  return failures;
}
