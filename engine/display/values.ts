/** Property values as text, and how they changed: nested, secrets masked, long texts by their lines. */
import { containsUnknown, deepEqual, isSecret, isUnknown, SIGNATURE } from "../../plugins/sdk/values.ts";
import { MASK } from "../redaction.ts";
import { align, type Pair } from "./align.ts";
import { clean, cut } from "./width.ts";

type Mark = " " | "+" | "-" | "~";

export interface Line {
  mark: Mark;
  text: string;
}

/** What is said of values that are as they were: a line for each of a few at the top, nothing, or everything. */
export type Unchanged = "brief" | "none" | "all";

const STEP = 4;
const MAX_UNCHANGED = 5;
const CONTEXT_LINES = 2;
const CONTEXT_CHARACTERS = 24;
const MAX_WIDTH = 160;

type Entry = [label: string, before: unknown, after: unknown];

const isSame = ([, before, after]: Entry) => deepEqual(before, after);

/** Lines for all properties, each marked where it was added, removed or changed. */
export function renderProperties(olds: object, news: object, indent: number, unchanged: Unchanged): Line[] {
  const all = entries(olds, news);
  // Outputs of which a preview knows nothing yet are none that change.
  const same = all.filter((entry) => isSame(entry) || (unchanged === "none" && containsUnknown(entry[2])));
  const isFolded = unchanged === "brief" && same.length > MAX_UNCHANGED;
  const lines = all.flatMap((entry) => {
    if (unchanged === "all" || !same.includes(entry)) return render(entry, indent, unchanged !== "brief");
    return unchanged === "none" || isFolded ? [] : [at(indent, " ", entry[0] + cut(inline(entry[2]), 60))];
  });
  return isFolded ? [...lines, at(indent, " ", `(${same.length} unchanged)`)] : lines;
}

/** @param mark of the whole that the value is a part of, if that was added, removed, or left alone as such */
function render(entry: Entry, indent: number, isFull: boolean, whole?: Mark): Line[] {
  const [label, before, after] = entry;
  const added = before === undefined ? "+" : after === undefined ? "-" : "~";
  const mark = whole ?? (isSame(entry) ? " " : added);
  const isChange = mark === "~";
  const [old, current] = isChange ? [before, after] : [after ?? before, after ?? before];
  const [left, right] = [isChange && parsed(old), parsed(current)];
  if (left && right) return render([`${label}(json) `, left, right], indent, isFull);
  if (isPlain(old) && isPlain(current) && Array.isArray(old) === Array.isArray(current)) {
    const [open, close] = Array.isArray(current) ? ["[", "]"] : ["{", "}"];
    const inner = entries(old, current).filter((item) => isFull || !isChange || !isSame(item));
    if (inner.length === 0) return [at(indent, mark, label + open + close)];
    return [
      at(indent, mark, label + open),
      ...inner.flatMap((item) => render(item, indent + STEP, isFull, isChange ? undefined : mark)),
      at(indent, isChange ? " " : mark, close),
    ];
  }
  if (isLongText(old) && isLongText(current)) {
    const lines = isChange ? diffLines(old, current) : textLines(current).map((text) => ({ mark, text }));
    const inner = lines.map((line) => at(indent + STEP, line.mark, line.text));
    return [at(indent, mark, `${label}(text)`), ...inner];
  }
  return [at(indent, mark, label + (isChange ? fromTo(old, current) : inline(current)))];
}

/** Items of lists by what they are, of objects by key. */
function entries(before: object, after: object): Entry[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const pairs: Pair[] = [];
    for (const [i, j] of align<unknown>(before, after, deepEqual)) {
      // What came in where something went out took its place.
      const last = pairs.findLastIndex(([, current]) => current !== undefined) + 1;
      if (i === undefined && pairs[last]) pairs[last][1] = j;
      else pairs.push([i, j]);
    }
    return pairs.map(([i, j]) => [`[${j ?? i}]: `, before[i ?? -1], after[j ?? -1]]);
  }
  const [olds, news] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const keys = Object.keys({ ...olds, ...news }).filter((key) => !key.startsWith("__"));
  const width = Math.max(0, ...keys.map((key) => key.length));
  return keys.sort().map((key) => [`${key.padEnd(width)}: `, olds[key], news[key]]);
}

/** Which lines of a text were taken out and put in, with a little of what stands around them. */
function diffLines(before: string, after: string): Line[] {
  const [olds, news] = [textLines(before), textLines(after)];
  const all = align(olds, news, Object.is).map(([i, j]): Line => {
    if (j === undefined) return { mark: "-", text: String(olds[i ?? 0]) };
    return { mark: i === undefined ? "+" : " ", text: String(news[j]) };
  });
  const isNear = (index: number) =>
    all.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1).some(({ mark }) => mark !== " ");
  const gap: Line = { mark: " ", text: "…" };
  return all
    .map((line, index) => (isNear(index) ? line : gap))
    .filter((line, index, lines) => line !== gap || lines[index - 1] !== gap);
}

/** Both values; of long texts only where they differ. */
function fromTo(before: unknown, after: unknown): string {
  const isText = typeof before === "string" && typeof after === "string";
  if (!isText || isUnknown(after) || before.length + after.length < MAX_WIDTH) {
    return `${inline(before)} => ${inline(after)}`;
  }
  const limit = Math.min(before.length, after.length);
  let start = 0;
  while (start < limit && before[start] === after[start]) start++;
  let end = 0;
  while (end < limit - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const [skip, drop] = [Math.max(0, start - CONTEXT_CHARACTERS), Math.max(0, end - CONTEXT_CHARACTERS)];
  const around = (text: string) =>
    inline((skip && "…") + text.slice(skip, text.length - drop) + (drop && "…"));
  return `${around(before)} => ${around(after)}`;
}

function at(indent: number, mark: Mark, text: string): Line {
  return { mark, text: `${" ".repeat(indent - 2)}${mark} ${clean(text)}`.trimEnd() };
}

function inline(value: unknown): string {
  const hide = (item: unknown) => (isSecret(item) ? MASK : isUnknown(item) ? "[unknown]" : item);
  if (hide(value) !== value) return String(hide(value));
  return cut(
    JSON.stringify(value, (_, item) => hide(item)),
    MAX_WIDTH,
  );
}

/** Lists and objects written as JSON. */
function parsed(value: unknown): object | undefined {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function textLines(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

function isLongText(value: unknown): value is string {
  return typeof value === "string" && value.trimEnd().includes("\n");
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(SIGNATURE in value);
}
