/** Property paths (`ports[0].internal`, `labels["a.b"]`, `env.*`) and the differences between property maps. */
import {
  containsUnknown,
  deepEqual,
  isSecret,
  isUnknown,
  type PropertyMap,
  secret,
} from "../plugins/sdk/values.ts";

export type ChangeKind = "add" | "delete" | "update";
/** By property path, in the order of the new properties. */
export type PathDiff = Map<string, { kind: ChangeKind; replaces: boolean }>;

/** @throws if the text is no path. */
export function parsePath(path: string): string[] {
  const parts: string[] = [];
  const token = /(?:^|\.)([^.[\]"]+)|\[(?:"((?:[^"\\]|\\.)*)"|(\d+|\*))\]/y;
  while (token.lastIndex < path.length) {
    const match = token.exec(path);
    if (!match) throw new Error(`'${path}' is not a property path`);
    parts.push(match[1] ?? match[2]?.replace(/\\(.)/g, "$1") ?? match[3] ?? "");
  }
  return parts;
}

/** Whether `path` is what `pattern` names, or lies within it. */
export function contains(pattern: string, path: string): boolean {
  const parts = parsePath(path);
  return parsePath(pattern).every(
    (part, index) => part === parts[index] || (part === "*" && index < parts.length),
  );
}

/**
 * Returns the new properties with those that `paths` name as they were before.
 * @throws if a path leads nowhere in one of them only, so that nothing can be put back.
 */
export function ignoreChanges(news: PropertyMap, olds: PropertyMap, paths: string[]): PropertyMap {
  const restored = (result: PropertyMap, path: string) => {
    try {
      return restore(result, olds, parsePath(path)) as PropertyMap;
    } catch (error) {
      if (error instanceof Mismatch)
        throw new Error(`ignoreChanges: '${path}' is not there before and after`);
      throw error;
    }
  };
  return paths.reduce(restored, news);
}

class Mismatch extends Error {}

/** The paths at which two property maps differ, as deep as both have the same shape. */
export function compare(olds: PropertyMap, news: PropertyMap): PathDiff {
  const diff: PathDiff = new Map();
  const visit = (path: string, before: unknown, after: unknown) => {
    if (deepEqual(before, after)) return;
    if (isContainer(before) && isContainer(after) && haveSameShape(before, after)) {
      for (const key of Object.keys({ ...before, ...after }).sort(byKey)) {
        const [left, right] = [(before as PropertyMap)[key], (after as PropertyMap)[key]];
        visit(joinPath(path, key, Array.isArray(after)), left, right);
      }
      return;
    }
    const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
    diff.set(path, { kind, replaces: false });
  };
  visit("", olds, news);
  return diff;
}

/**
 * Marks what a secret-blind provider returned: a property is secret where the one of the same name that went in
 * was.
 */
export function markSecretsLike(
  value: unknown,
  original: unknown,
  secret: (value: unknown) => unknown,
): unknown {
  if (isSecret(value)) return value;
  if (isSecret(original)) return secret(value);
  if (!isContainer(value) || !isContainer(original)) return value;
  if (Array.isArray(value)) {
    // Items may have been reordered: then nothing tells which is which.
    if (!Array.isArray(original) || !containsSecret(original)) return value;
    if (original.length !== value.length) return secret(value);
    return value.map((item, index) => markSecretsLike(item, original[index], secret));
  }
  const before = original as PropertyMap;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, markSecretsLike(item, before[key], secret)]),
  );
}

/** Returns the properties without those whose value is not known, which have no place in a state. */
export function knownOnly(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => !containsUnknown(value)));
}

/** @param mark applied to what is put back: it stays secret. */
function restore(news: unknown, olds: unknown, path: string[], mark = (value: unknown) => value): unknown {
  if (path.length === 0) return olds === undefined || isSecret(olds) ? olds : mark(olds);
  if (isSecret(news)) return secret(restore(news.value, isSecret(olds) ? olds.value : olds, path));
  if (isSecret(olds)) return restore(news, olds.value, path, secret);
  const [key = "", ...rest] = path;
  const before = (isContainer(olds) ? olds : {}) as PropertyMap;
  const keys =
    key !== "*" ? [key] : Object.keys(rest.length > 0 ? before : { ...before, ...(news as object) });
  if (isUnknown(news) || (key === "*" && !isContainer(olds))) return news;
  if (!isContainer(news)) {
    if (keys.some((name) => before[name] !== undefined)) throw new Mismatch();
    return news;
  }
  const result = { ...(news as PropertyMap) };
  for (const name of keys) {
    const [was, is] = [before[name] === undefined, result[name] === undefined];
    // A list keeps its length.
    if (was !== is && (Array.isArray(news) || (is && rest.length > 0))) throw new Mismatch();
    const value = was && is ? undefined : restore(result[name], before[name], rest, mark);
    if (value === undefined) delete result[name];
    else result[name] = value;
  }
  return Array.isArray(news) ? Object.values(result) : result;
}

function haveSameShape(before: object, after: object): boolean {
  return Array.isArray(before) === Array.isArray(after) && !isSecret(before) && !isSecret(after);
}

function joinPath(path: string, key: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`;
  if (/[.[\]"]/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path ? `${path}.${key}` : key;
}

function byKey(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function containsSecret(value: unknown): boolean {
  return isSecret(value) || (isContainer(value) && Object.values(value).some(containsSecret));
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
