/**
 * Inputs as the official plugins record them: with defaults filled in, and with a list of their names on each level.
 * A state may have been written by the official plugin, by this one, or by an older version of this one. Pure.
 */
import type { InputSpec } from "./input-spec.ts";
import { deepEqual, type PropertyMap } from "./values.ts";

const DEFAULTS = "__defaults";

/** The program's inputs in their recorded form. */
export function withDefaults<I extends object>(spec: InputSpec<I>, inputs: I): I {
  const fill = (values: PropertyMap, defaults: PropertyMap): PropertyMap => {
    const added = Object.entries(defaults).filter(
      ([key, value]) =>
        values[key] === undefined && !(spec.listsDefaults && (value === false || value === 0)),
    );
    const names = added.map(([key]) => key).sort();
    return { ...(spec.listsDefaults && { [DEFAULTS]: names }), ...values, ...Object.fromEntries(added) };
  };
  const filled = fill(inputs as PropertyMap, { ...spec.fixed, ...spec.defaults });
  return eachNested(spec, filled, fill) as I;
}

/** Without the lists of defaults and without nulls, which are equivalent to absent values. */
export function plainInputs<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plainInputs) as T;
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, item]) => key !== DEFAULTS && item !== null && item !== undefined,
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, plainInputs(item)])) as T;
}

/** A form in which equivalent inputs are equal: every default is filled in, and sets are sorted. */
export function comparableInputs<I extends object>(spec: InputSpec<I>, inputs: Partial<I>): Partial<I> {
  const sorted = (key: string, value: unknown): unknown => {
    if (Array.isArray(value)) {
      const items = value.map((item) => sorted("", item));
      return spec.ordered?.includes(key) ? items : items.sort((a, b) => (json(a) < json(b) ? -1 : 1));
    }
    if (typeof value !== "object" || value === null) return value;
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((name) => [name, sorted(name, (value as PropertyMap)[name])]));
  };
  const complete = { ...spec.fixed, ...spec.defaults, ...spec.implied, ...plainInputs(inputs) };
  const fill = (values: PropertyMap, defaults: PropertyMap) => ({ ...defaults, ...values });
  return sorted("", eachNested(spec, complete, fill)) as Partial<I>;
}

/** The observed inputs, in the form of the old inputs wherever the two are equivalent. */
export function observedAs<I extends object>(spec: InputSpec<I>, olds: I, observed: I): I {
  const before = comparableInputs(spec, olds) as PropertyMap;
  const after = comparableInputs(spec, observed) as PropertyMap;
  const isSame = (key: string) => deepEqual(before[key], after[key]);
  const { [DEFAULTS]: names, ...recorded } = olds as PropertyMap;
  const inputs: PropertyMap = {};
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(observed)])) {
    const value = isSame(key) ? recorded[key] : (observed as PropertyMap)[key];
    if (value !== undefined) inputs[key] = value;
  }
  // Of a listed value the official plugin would assume the default, although it was changed by hand.
  if (Array.isArray(names)) inputs[DEFAULTS] = names.filter(isSame);
  return inputs as I;
}

/** Applies `fill` to each nested object that the spec describes. */
function eachNested<I extends object>(
  spec: InputSpec<I>,
  inputs: PropertyMap,
  fill: (values: PropertyMap, defaults: PropertyMap) => PropertyMap,
): PropertyMap {
  const result = { ...inputs };
  for (const key of Object.keys(spec.nested ?? {})) {
    const filled = (item: unknown) =>
      typeof item === "object" && item !== null
        ? fill(item as PropertyMap, spec.nestedDefaults?.[key] ?? {})
        : item;
    const value = result[key];
    if (value !== undefined) result[key] = Array.isArray(value) ? value.map(filled) : filled(value);
  }
  return result;
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
