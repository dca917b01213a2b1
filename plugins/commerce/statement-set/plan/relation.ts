/** What flows between two operators, in terms of the columns of the sources. Names in the SQL do not matter. */
import { createHash } from "node:crypto";

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
  if (isReinterpreted(expression)) return meaningOf(expression.operands[0], input);
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
  if (isReinterpreted(expression)) return substitute(expression.operands[0], input);
  const column = inputRef(expression);
  if (column !== undefined) {
    const { means, type } = columnOf(input, column);
    return { means, type: withoutNullability(type) };
  }
  if (Array.isArray(expression)) return expression.map((part) => substitute(part, input));
  if (expression === null || typeof expression !== "object" || isRaw(expression)) return expression;
  return Object.fromEntries(
    Object.entries(expression).map(([key, part]) => [
      key,
      key === "type" ? withoutNullability(part) : substitute(part, input),
    ]),
  );
}

/** The planner casts a column to a time attribute in this way. The values stay the same. */
function isReinterpreted(expression: unknown): expression is { operands: [unknown] } {
  return (expression as { internalName?: unknown } | null)?.internalName === "$REINTERPRET$1";
}

/** Without NOT NULL: whether the planner knows that a part is never NULL changes no value. */
function withoutNullability(type: unknown): unknown {
  if (typeof type === "string") return type.replace(/ NOT NULL$/, "");
  if (type === null || typeof type !== "object") return type;
  const { nullable: _, ...others } = type as Record<string, unknown>;
  return others;
}

function inputRef(expression: unknown): number | undefined {
  const { kind, inputIndex } = (expression ?? {}) as Record<string, unknown>;
  return kind === "INPUT_REF" && typeof inputIndex === "number" ? inputIndex : undefined;
}
