/** The corpus consists of valid events with one unusual or invalid part each, and their expected outcomes. */

export interface Entry {
  /** Describes the unusual part. */
  what: string;
  value: Buffer | null;
  /** The reason of a dead letter, the relevant columns of `transactions`, or the number of this delivery of its id. */
  expected: string | Record<string, string> | number;
  /** 0 by default. */
  partition?: number;
}

/** The fields of an event as JSON text, in their usual order; undefined leaves one out. */
export type Raw = Record<string, string | undefined>;

let count = 0;

/** Fields with a new id. The others are always the same. */
export function fields(changes: Raw = {}): Raw {
  count += 1;
  return {
    transactionId: `"corpus-${String(count).padStart(4, "0")}"`,
    userId: '"user-00001"',
    transactionType: '"purchase"',
    amount: "10.25",
    currency: '"EUR"',
    transactionDate: '"2026-01-31T12:00:00.000Z"',
    category: '"corpus"',
    merchant: '"Maison Clio"',
    location: '"Málaga, Spain"',
    ...changes,
  };
}

export function object(raw: Raw): string {
  const members = Object.entries(raw).filter(([, value]) => value !== undefined);
  return `{${members.map(([name, value]) => `"${name}":${value}`).join(",")}}`;
}

/** A valid event with some fields changed. */
export const event = (changes: Raw = {}): string => object(fields(changes));

export const entry = (
  what: string,
  value: string | Buffer | null,
  expected: Entry["expected"] = {},
): Entry => ({
  what,
  value: typeof value === "string" ? Buffer.from(value) : value,
  expected,
});

/** Invalid JSON: `text` has `¦` before the first invalid byte, or at the end if it is cut off. */
export function notJson(what: string, text: string): Entry {
  const [before = "", after = ""] = text.split("¦");
  const at = Buffer.byteLength(before);
  const where = after === "" ? `ends after ${at} bytes` : `unexpected byte at offset ${at}`;
  return entry(what, before + after, `not JSON: ${where}`);
}
