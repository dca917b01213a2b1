/** What a substitute knows about the inputs of a resource type. Pure. */
import type { ChangeTable } from "./diff.ts";
import type { CheckFailure } from "./provider.ts";
import type { PropertyMap } from "./values.ts";

export interface InputSpec<I extends object> {
  /** Every supported input, with what a change of it means. Any other input is refused by name. */
  table: ChangeTable<I>;
  required: readonly (keyof I & string)[];
  /** As the official plugin fills them in. */
  defaults?: Partial<I>;
  /** Inputs that the official plugin fills in with this value, which is the only one supported. */
  fixed?: Readonly<PropertyMap>;
  /** The values that absent inputs stand for. They are not filled in. */
  implied?: Partial<I>;
  /** The supported keys of inputs that are objects or lists of objects. */
  nested?: Readonly<Record<string, readonly string[]>>;
  /** The defaults of those keys. */
  nestedDefaults?: Readonly<Record<string, Readonly<PropertyMap>>>;
  /**
   * Records defaults as the Terraform bridge does: their names are in a list `__defaults` on each level, without
   * defaults that are false or 0.
   */
  listsDefaults?: true;
  /** Lists whose order counts. All others are sets: another order is not a change. */
  ordered?: readonly string[];
  /** Old and new resource can exist at once: a replacement need not delete the old one first. */
  coexists?: true;
  /** Further rules for inputs that have passed the rules above. */
  validate?(inputs: I): CheckFailure[];
}

/** Reports unsupported and missing inputs. */
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
