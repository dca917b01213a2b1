/** What flows between two operators, in terms of the columns of the sources. Names in the SQL do not matter. */
import { createHash } from "node:crypto";
import { isWidening } from "./widening.ts";

export interface Column {
  /** The name of a source's column, or the digest of an expression over such columns. */
  means: string;
  type: unknown;
}

/** Which rows arrive. */
export interface Rows {
  /** Where they come from. */
  origin: string;
  /** The filters that they have passed; sorted, each once. */
  filters: string[];
}

export interface Relation extends Rows {
  columns: Column[];
}

/** Equal values have equal digests, whatever the order of their fields. */
export function digest(value: unknown): string {
  return `#${createHash("sha256").update(canonical(value)).digest("hex").slice(0, 20)}`;
}

export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part) && !isRaw(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** A number that is kept as it was written: see parsePlan. A copy of it would be an ordinary object. */
function isRaw(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}

/** What an expression over the input's columns means. */
export function meaningOf(expression: unknown, input: Relation): string {
  if (isSameTime(expression) || isWidened(expression)) return meaningOf(expression.operands[0], input);
  const column = inputRef(expression);
  return column === undefined ? digest(substitute(expression, input)) : columnOf(input, column).means;
}

/** The terms of a condition that AND joins. Their order and repetition do not matter. */
export function filtersOf(condition: unknown, input: Relation): string[] {
  const { kind, internalName, operands } = (condition ?? {}) as Record<string, unknown>;
  if (condition === null || condition === undefined) return [];
  if (kind === "CALL" && internalName === "$AND$1" && Array.isArray(operands))
    return operands.flatMap((operand) => filtersOf(operand, input));
  return [meaningOf(condition, input)];
}

export function columnOf(input: Relation, index: number): Column {
  const column = input.columns[index];
  if (!column)
    throw new Error(`The compiled plan names column ${index} of an input that has ${input.columns.length}`);
  return column;
}

function substitute(expression: unknown, input: Relation): unknown {
  if (isSameTime(expression)) return substitute(expression.operands[0], input);
  const column = inputRef(expression);
  if (column !== undefined) {
    const { means, type } = columnOf(input, column);
    return { means, type: typeOfValues(type) };
  }
  if (Array.isArray(expression)) return expression.map((part) => substitute(part, input));
  if (expression === null || typeof expression !== "object" || isRaw(expression)) return expression;
  return Object.fromEntries(
    Object.entries(expression).map(([key, part]) => [
      key,
      key === "type" ? typeOfValues(part) : substitute(part, input),
    ]),
  );
}

/** The planner makes a column with a watermark a time attribute, and back, in these ways. The values stay the same. */
function isSameTime(expression: unknown): expression is { operands: [unknown] } {
  const { internalName, operands, type } = (expression ?? {}) as Record<string, unknown>;
  if (internalName === "$REINTERPRET$1") return true;
  const [operand] = Array.isArray(operands) ? (operands as { type?: unknown }[]) : [];
  return (
    internalName === "$CAST$1" &&
    isRowtime(operand?.type) &&
    typeOfValues(operand.type) === typeOfValues(type)
  );
}

/** A column keeps its values in a wider type. The column's type tells whether a state needs the same type. */
function isWidened(expression: unknown): expression is { operands: [unknown] } {
  const { internalName, operands, type } = (expression ?? {}) as Record<string, unknown>;
  if (internalName !== "$CAST$1" || !Array.isArray(operands)) return false;
  const [cast] = operands;
  const operand = isSameTime(cast) ? cast.operands[0] : cast;
  return isWidening((operand as { type?: unknown } | null)?.type, type);
}

/** Without what changes no value: NOT NULL, and that the column has a watermark. */
function typeOfValues(type: unknown): unknown {
  if (typeof type === "string") return type.replace(/ NOT NULL$/, "");
  if (type === null || typeof type !== "object") return type;
  if (isRowtime(type)) return `TIMESTAMP(${type.precision})`;
  const { nullable: _, ...others } = type as Record<string, unknown>;
  return others;
}

function isRowtime(type: unknown): type is { precision: number } {
  const { kind, type: name } = (type ?? {}) as Record<string, unknown>;
  return kind === "ROWTIME" && name === "TIMESTAMP_WITHOUT_TIME_ZONE";
}

function inputRef(expression: unknown): number | undefined {
  const { kind, inputIndex } = (expression ?? {}) as Record<string, unknown>;
  return kind === "INPUT_REF" && typeof inputIndex === "number" ? inputIndex : undefined;
}
