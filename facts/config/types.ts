/** The types that a config key can have. Pulumi hands every value over as text. */
import * as v from "valibot";

export interface ValueType<T> {
  /** Reads a value, or says what is wrong with it. */
  readonly schema: v.GenericSchema<string, T>;
  /** The nearest type that Pulumi.yaml can declare. */
  readonly pulumiType: "string" | "integer" | "boolean";
  /** What it accepts, for the documentation. */
  readonly accepts: string;
}

/**
 * @param expected completes the message "'x' …"
 * @param read converts a text that `accepts` returned true for
 */
function fromText<T>(accepts: (text: string) => boolean, expected: string, read: (text: string) => T) {
  return v.pipe(
    v.string(),
    v.check(accepts, ({ input }) => `'${input}' ${expected}`),
    v.transform(read),
  );
}

function inRange(min: number, max: number, isNumber: (value: number) => boolean) {
  return (text: string) => isNumber(Number(text)) && Number(text) >= min && Number(text) <= max;
}

export function integer(min: number, max: number): ValueType<number> & { min: number; max: number } {
  return {
    min,
    max,
    schema: fromText(
      inRange(min, max, Number.isInteger),
      `is not a whole number from ${min} to ${max}`,
      Number,
    ),
    pulumiType: "integer",
    accepts: `whole number, ${min} to ${max}`,
  };
}

/** Pulumi.yaml has no type for fractions, hence a string there. */
export function number(min: number, max: number): ValueType<number> {
  return {
    schema: fromText(inRange(min, max, Number.isFinite), `is not a number from ${min} to ${max}`, Number),
    pulumiType: "string",
    accepts: `number, ${min} to ${max}`,
  };
}

export const boolean: ValueType<boolean> = {
  schema: fromText(
    (text) => text === "true" || text === "false",
    "is not one of true, false",
    (text) => text === "true",
  ),
  pulumiType: "boolean",
  accepts: "`true` or `false`",
};

export function choice<const T extends string>(...values: readonly T[]): ValueType<T> {
  return {
    schema: v.picklist(values, ({ input }) => `'${input}' is not one of ${values.join(", ")}`),
    pulumiType: "string",
    accepts: values.map((value) => `\`${value}\``).join(", "),
  };
}

export const text: ValueType<string> = { schema: v.string(), pulumiType: "string", accepts: "any text" };

export const httpUrl: ValueType<string> = {
  schema: v.pipe(
    v.string(),
    v.check(isHttpUrl, ({ input }) => `'${input}' is not a URL like http://collector:4318`),
    v.transform((url) => url.replace(/\/+$/, "")),
  ),
  pulumiType: "string",
  accepts: "URL like `http://collector:4318`",
};

export const date: ValueType<string> = {
  schema: v.pipe(
    v.string(),
    v.transform((value) => fromYamlTimestamp(value)?.date ?? value),
    v.check(isDate, ({ input }) => `'${input}' is not a date like 2000-01-31`),
  ),
  pulumiType: "string",
  accepts: "date like `2000-01-31`",
};

export const startTime: ValueType<string> = {
  schema: v.pipe(
    v.string(),
    v.transform((value) => fromYamlTimestamp(value)?.time ?? value),
    v.check(
      (value) => value === "beginning" || isTime(value),
      ({ input }) => `'${input}' is neither beginning nor a time like 2000-01-31T12:00:00Z`,
    ),
  ),
  pulumiType: "string",
  accepts: "`beginning`, or a time like `2000-01-31T12:00:00Z`",
};

/** YAML reads a date or time without quotes as a timestamp, which Pulumi hands over in Go's format. */
function fromYamlTimestamp(value: string): { date: string; time: string } | undefined {
  const [, date, time, zone] =
    /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d{4}) \S+$/.exec(value) ?? [];
  if (date === undefined || zone === undefined) return undefined;
  return { date, time: `${date}T${time}${zone.slice(0, 3)}:${zone.slice(3)}` };
}

/** Without user and password, which would be shown wherever the URL is. */
function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value) || /\s/.test(value)) return false;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.username === "" && url.search === "" && url.hash === "";
}

function isDate(value: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : Number.NaN;
  // JavaScript reads 31 April as 1 May.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** A date, a time and its zone: without a zone it would be another moment on another machine. */
function isTime(value: string): boolean {
  const day = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.exec(value)?.[1];
  return day !== undefined && isDate(day) && !Number.isNaN(Date.parse(value));
}
