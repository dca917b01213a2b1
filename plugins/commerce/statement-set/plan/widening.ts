/** Casts that change no value, such as INT to BIGINT: a column that becomes wider means the same. */

const INTEGERS = ["TINYINT", "SMALLINT", "INT", "BIGINT"];
/** Types with one length or precision, of which a larger one holds every value of a smaller one. */
const SIZED = ["VARCHAR", "VARBINARY", "TIMESTAMP"];

interface SqlType {
  name: string;
  sizes: number[];
}

/** @param from the types of the operand and of the cast, as a compiled plan writes them */
export function isWidening(from: unknown, to: unknown): boolean {
  const [before, after] = [parse(from), parse(to)];
  if (!before || !after) return false;
  const [integerBefore, integerAfter] = [INTEGERS.indexOf(before.name), INTEGERS.indexOf(after.name)];
  if (integerBefore >= 0 && integerAfter >= 0) return integerAfter >= integerBefore;
  if (before.name !== after.name) return false;
  const [size = 0, scale = 0] = before.sizes;
  const [sizeAfter = 0, scaleAfter = 0] = after.sizes;
  if (before.name === "DECIMAL") return scale === scaleAfter && sizeAfter >= size;
  if (SIZED.includes(before.name)) return sizeAfter >= size;
  return size === sizeAfter && scale === scaleAfter;
}

/** Of the types that a plan writes as objects, only the time attribute of the events can be a column of a table. */
function parse(type: unknown): SqlType | undefined {
  if (typeof type !== "string") {
    const { type: name, precision, kind } = (type ?? {}) as Record<string, unknown>;
    const isEventTime = name === "TIMESTAMP_WITHOUT_TIME_ZONE" && kind === "ROWTIME";
    return isEventTime && typeof precision === "number"
      ? { name: "TIMESTAMP", sizes: [precision] }
      : undefined;
  }
  const [, name, sizes] = /^(\w+)(?:\(([\d, ]+)\))?(?: NOT NULL)?$/.exec(type) ?? [];
  return name === undefined ? undefined : { name, sizes: sizes?.split(",").map(Number) ?? [] };
}
