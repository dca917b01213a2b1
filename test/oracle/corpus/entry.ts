/** How the corpus is written: a good event in which something is made odd, and what must become of it. */

export interface Entry {
  /** What is odd about it, in words. */
  what: string;
  value: Buffer | null;
  /** The reason of a dead letter, the columns of `transactions` that matter, or which delivery of its id this is. */
  expected: string | Record<string, string> | number;
  /** 0 if it does not matter. */
  partition?: number;
}

/** The fields of an event as JSON text, in their usual order; undefined leaves one out. */
export type Raw = Record<string, string | undefined>;

let count = 0;

/** A field list of its own id; the rest is the same everywhere. */
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

/** A good event with some fields as given; keys are looked at in the order in which they stand here. */
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

/** What is not JSON: `text` with `¦` before the first byte that cannot be there, or at its end if it is cut off. */
export function notJson(what: string, text: string): Entry {
  const [before = "", after = ""] = text.split("¦");
  const at = Buffer.byteLength(before);
  const where = after === "" ? `ends after ${at} bytes` : `unexpected byte at offset ${at}`;
  return entry(what, before + after, `not JSON: ${where}`);
}
