/** Classifies one message: docs/DATA_CONTRACT.md in plain TypeScript, without any of the product's code. */
import { inCents, readDecimal } from "./decimal.ts";
import { type Json, readJson, Unreadable } from "./json.ts";
import { readTime } from "./time.ts";
import { firstIllFormed } from "./utf8.ts";

export interface Event {
  transactionId: string;
  userId: string;
  transactionType: "purchase" | "refund" | "transfer";
  /** In hundredths of the currency's unit. */
  amount: bigint;
  currency: string;
  /** UTC, milliseconds since 1970. */
  transactionDate: number;
  category: string;
  merchant: string;
  location: string;
}

export type Verdict = { event: Event; reason?: undefined } | { event?: undefined; reason: string };

const FIELDS = [
  "transactionId",
  "userId",
  "transactionType",
  "amount",
  "currency",
  "transactionDate",
  "category",
  "merchant",
  "location",
];

const MAX_BYTES = 65_536;
const MAX_DEPTH = 64;
/** Days in UTC, both inclusive: the defaults of `earliestEventDate` and `latestEventDate`. */
const [EARLIEST, LATEST] = ["1970-01-01", "2099-12-31"];
const ARTICLE = { array: "an array", object: "an object", null: "null" } as Record<string, string>;
const named = (type: string) => ARTICLE[type] ?? `a ${type}`;

/** @param optional fields that an event may have: null if absent, otherwise strings with the rules of `location` */
export function classify(value: Buffer | null, optional: readonly string[] = []): Verdict {
  if (value === null) return { reason: "null value" };
  if (value.length > MAX_BYTES) {
    return { reason: `payload of ${value.length} bytes is larger than ${MAX_BYTES}` };
  }
  const illFormed = firstIllFormed(value);
  if (illFormed !== undefined) return { reason: `not valid UTF-8 at offset ${illFormed}` };
  let json: Json;
  try {
    json = readJson(value, MAX_DEPTH);
  } catch (error) {
    if (error instanceof Unreadable) return { reason: error.message };
    throw error;
  }
  if (json.type !== "object") return { reason: `not a JSON object but ${named(json.type)}` };

  const fields = [...FIELDS, ...optional];
  const members = new Map<string, Json>();
  for (const { name, at, value } of json.members) {
    if (members.has(name)) {
      return {
        reason: fields.includes(name) ? `duplicated key '${name}'` : `duplicated key at offset ${at}`,
      };
    }
    members.set(name, value);
  }
  const event: Record<string, unknown> = {};
  for (const field of fields) {
    const json = members.get(field);
    const isLeftOut = optional.includes(field) && (json === undefined || json.type === "null");
    const read = isLeftOut ? { value: null } : readField(field, json);
    if ("reason" in read) return { reason: read.reason };
    event[field] = read.value;
  }
  return { event: event as unknown as Event };
}

type Read = { value: unknown } | { reason: string };

function readField(field: string, json: Json | undefined): Read {
  if (json === undefined) return { reason: `missing field '${field}'` };
  const not = (type: string) => ({ reason: `field '${field}' is ${named(json.type)}, not a ${type}` });
  if (field === "amount") return json.type === "number" ? readAmount(json.text) : not("number");
  if (json.type !== "string") return not("string");
  const text = json.value;
  if (/\p{Surrogate}/u.test(text)) return { reason: `field '${field}' contains half a surrogate pair` };
  if (text.includes("\0")) return { reason: `field '${field}' contains the character U+0000` };
  if ([...text].length > 255) return { reason: `field '${field}' is longer than 255 characters` };
  switch (field) {
    case "transactionId":
    case "userId":
      return /[^ \t\r\n]/.test(text) ? { value: text } : { reason: `field '${field}' is empty` };
    case "transactionType":
      return ["purchase", "refund", "transfer"].includes(text)
        ? { value: text }
        : { reason: "unknown transactionType" };
    case "currency":
      return /^[A-Z]{3}$/.test(text) ? { value: text } : { reason: "currency is not three capital letters" };
    case "transactionDate":
      return readDate(text);
    default:
      return { value: text };
  }
}

function readAmount(text: string): Read {
  const decimal = readDecimal(text);
  if (decimal === undefined) throw new Error(`not a JSON number: ${text}`);
  if (decimal.digits < 0n) return { reason: "amount is negative" };
  const wholeDigits = decimal.digits === 0n ? 0 : String(decimal.digits).length - decimal.scale;
  if (wholeDigits > 16) return { reason: "amount is out of range" };
  const cents = inCents(decimal);
  if (cents === undefined) return { reason: "amount has more than two decimals" };
  return { value: cents };
}

function readDate(text: string): Read {
  const time = readTime(text);
  if (time === "form") return { reason: "transactionDate is not an ISO-8601 date and time" };
  if (typeof time === "string") return { reason: `transactionDate names a ${time} that does not exist` };
  if (time < midnight(EARLIEST)) return { reason: `transactionDate is before ${EARLIEST}` };
  if (time >= midnight(LATEST) + 86_400_000) return { reason: `transactionDate is after ${LATEST}` };
  return { value: time };
}

function midnight(day: string): number {
  const time = readTime(`${day}T00:00:00Z`);
  if (typeof time === "string") throw new Error(`not a day: ${day}`);
  return time;
}
