/** Diffs from a table that says what a change of each input means. Pure. */
import type { Diff, DiffKind } from "./provider.ts";
import { containsUnknown, deepEqual } from "./values.ts";

/** What a change of an input requires: nothing, an update in place, or a new resource. */
type ChangeClass = "ignore" | "update" | "replace";

/** Every input of `I` must have a class, or the table does not compile. */
export type ChangeTable<I extends object> = { readonly [K in keyof Required<I>]: ChangeClass };

/**
 * As `diffByTable`, for a resource that holds data: an input whose value is not known yet never replaces the
 * resource. It may turn out not to have changed, and the engine asks again once the value is known.
 */
export function diffOfData<I extends object>(table: ChangeTable<I>, olds: Partial<I>, news: I): Diff {
  const diff = diffByTable(table, olds, news);
  const isKnown = (key: string) => !containsUnknown(news[key as keyof I]);
  const detailed = Object.entries(diff.detailed ?? {}).map(([key, kind]) => [
    key,
    isKnown(key) ? kind : kind.replace("-replace", ""),
  ]);
  return { ...diff, replaces: diff.replaces.filter(isKnown), detailed: Object.fromEntries(detailed) };
}

/** Compares top-level inputs by the table. An input that is not in the table counts as `replace`. */
export function diffByTable<I extends object>(table: ChangeTable<I>, olds: Partial<I>, news: I): Diff {
  const before = new Map(Object.entries(olds));
  const after = new Map(Object.entries(news));
  const classes = new Map<string, ChangeClass>(Object.entries(table) as [string, ChangeClass][]);
  const detailed: Record<string, DiffKind> = {};
  const replaces: string[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const change = classes.get(key) ?? "replace";
    if (change === "ignore" || deepEqual(before.get(key), after.get(key))) continue;
    const kind = before.get(key) === undefined ? "add" : after.get(key) === undefined ? "delete" : "update";
    detailed[key] = change === "replace" ? `${kind}-replace` : kind;
    if (change === "replace") replaces.push(key);
  }
  return { changes: Object.keys(detailed).length > 0, replaces, detailed };
}
