/** Property values as text, and how they changed: nested, secrets masked, long texts by their lines. */
import { deepEqual, isSecret, isUnknown, SIGNATURE } from "../../plugin/values.ts";
import { MASK } from "../redaction.ts";
import { diffLines } from "./line-diff.ts";

type Mark = " " | "+" | "-" | "~";

const STEP = 4;

/** Lines for all properties, each marked where it was added, removed or changed. */
export function renderProperties(
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
  options: { indent: number; onlyChanged?: boolean },
): string[] {
  const keys = Object.keys({ ...olds, ...news }).filter((key) => !key.startsWith("__"));
  const width = Math.max(0, ...keys.map((key) => key.length));
  return keys
    .filter((key) => !options.onlyChanged || !deepEqual(olds[key], news[key]))
    .sort()
    .flatMap((key) => renderChange(`${key.padEnd(width)}: `, olds[key], news[key], options.indent));
}

function renderChange(label: string, before: unknown, after: unknown, indent: number): string[] {
  if (deepEqual(before, after)) return renderValue(" ", label, after, indent);
  if (before === undefined) return renderValue("+", label, after, indent);
  if (after === undefined) return renderValue("-", label, before, indent);
  if (isPlain(before) && isPlain(after) && Array.isArray(before) === Array.isArray(after)) {
    const [open, close] = Array.isArray(after) ? "[]" : "{}";
    return [
      at(indent, "~", `${label}${open}`),
      ...children(before, after, indent + STEP),
      at(indent, " ", String(close)),
    ];
  }
  if (isLongText(before) && isLongText(after)) {
    return [
      at(indent, "~", `${label}(text)`),
      ...diffLines(textLines(before), textLines(after)).map(({ mark, line }) =>
        at(indent + STEP, mark, line),
      ),
    ];
  }
  return [at(indent, "~", `${label}${brief(before)} => ${brief(after)}`)];
}

function renderValue(mark: Mark, label: string, value: unknown, indent: number): string[] {
  if (isLongText(value)) {
    return [
      at(indent, mark, `${label}(text)`),
      ...textLines(value).map((line) => at(indent + STEP, mark, line)),
    ];
  }
  if (!isPlain(value) || Object.keys(value).length === 0) return [at(indent, mark, label + brief(value))];
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const inner =
    mark === " " ? children(value, value, indent + STEP) : children({}, value, indent + STEP, mark);
  return [at(indent, mark, `${label}${open}`), ...inner, at(indent, mark, String(close))];
}

function children(before: object, after: object, indent: number, mark?: Mark): string[] {
  const olds = before as Record<string, unknown>;
  const news = after as Record<string, unknown>;
  const isList = Array.isArray(after);
  const keys = Object.keys({ ...olds, ...news });
  if (!isList) keys.sort();
  const width = isList ? 0 : Math.max(0, ...keys.map((key) => key.length));
  return keys.flatMap((key) => {
    const label = `${isList ? `[${key}]` : key.padEnd(width)}: `;
    return mark
      ? renderValue(mark, label, news[key], indent)
      : renderChange(label, olds[key], news[key], indent);
  });
}

function at(indent: number, mark: Mark, text: string): string {
  return `${" ".repeat(indent - 2)}${mark} ${text}`.trimEnd();
}

function brief(value: unknown): string {
  if (isSecret(value)) return MASK;
  if (isUnknown(value)) return "[unknown]";
  return JSON.stringify(value, (_, item) => (isSecret(item) ? MASK : isUnknown(item) ? "[unknown]" : item));
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
