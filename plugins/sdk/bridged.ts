/**
 * What the stand-ins have in common: the official plugins are bridged from Terraform, and a stack's state may move
 * between the two.
 */
import { type ChangeTable, diffByTable } from "./diff.ts";
import type { CheckFailure, ResourceHandler } from "./provider.ts";
import type { PropertyMap } from "./values.ts";

/** What is known about a type's inputs, without any I/O. */
export interface InputSpec<I extends object> {
  /** Every supported input, with what its change means. Any other is refused by name. */
  table: ChangeTable<I>;
  required: readonly (keyof I & string)[];
  /** As the official plugin fills them in. */
  defaults?: Partial<I>;
  /** Inputs that the official plugin fills in with just this value, the only one that is supported. */
  fixed?: Readonly<PropertyMap>;
  /** For inputs that are objects, or lists of them: the supported keys. */
  nested?: Record<string, readonly string[]>;
  /** Lists whose order counts. The others are sets: another order is no change. */
  ordered?: readonly string[];
  /** Old and new can be there at once: a replacement need not delete first. */
  coexists?: true;
  /** Further rules for inputs that have passed the ones above. */
  validate?(inputs: I): CheckFailure[];
}

/** Adds the official plugin's kind of `check` and `diff` to a lifecycle. */
export function bridged<I extends object, O extends object>(
  spec: InputSpec<I>,
  lifecycle: Omit<ResourceHandler<I, O>, "check" | "diff">,
): ResourceHandler<I, O> {
  return {
    ...lifecycle,
    check: (news) => {
      const inputs = { ...spec.fixed, ...spec.defaults, ...(withoutMarks(news) as I) };
      const failures = inputFailures(spec, inputs as PropertyMap);
      return { inputs, failures: failures.length > 0 ? failures : spec.validate?.(inputs) };
    },
    diff: (_id, olds, news) => {
      const diff = diffByTable(spec.table, canonical(spec, olds.inputs), canonical(spec, news));
      return { ...diff, deleteBeforeReplace: diff.replaces.length > 0 && !spec.coexists };
    },
  };
}

function inputFailures<I extends object>(spec: InputSpec<I>, inputs: PropertyMap): CheckFailure[] {
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
    const items = Array.isArray(value) ? value : [value];
    if (!known) continue;
    for (const item of items) {
      if (typeof item !== "object" || item === null) continue;
      for (const key of Object.keys(item)) if (!known.includes(key)) refuse(`${property}.${key}`, known);
    }
  }
  for (const property of spec.required) {
    if (inputs[property] === undefined) failures.push({ property, reason: `"${property}" is required` });
  }
  return failures;
}

/** The same inputs with sets sorted and the official plugin's marks (`__defaults`) taken out. */
function canonical<I extends object>(spec: InputSpec<I>, inputs: Partial<I>): Partial<I> {
  const sorted = (key: string, value: unknown): unknown => {
    if (Array.isArray(value)) {
      const items = value.map((item) => sorted("", item));
      return spec.ordered?.includes(key) ? items : items.sort((a, b) => (json(a) < json(b) ? -1 : 1));
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, sorted(name, item)]));
  };
  // Defaults on both sides: inputs that an import or a refresh has observed may lack them.
  return sorted("", {
    ...spec.fixed,
    ...spec.defaults,
    ...(withoutMarks(inputs) as Partial<I>),
  }) as Partial<I>;
}

/** Drops what the bridge adds to inputs for itself, and nulls, which mean the same as absent. */
function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key, item]) => !key.startsWith("__") && item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutMarks(item)]));
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
