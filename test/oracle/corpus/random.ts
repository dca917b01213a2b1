/** Random mixes: valid events in many spellings, repeated ids, unordered dates, and corrupted bytes. */
import * as fc from "fast-check";
import { corpus } from "./index.ts";

/** As JSON text, in which a character is sometimes escaped. */
const quoted = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(texts, fc.nat(8)).map(([text, at]) => {
    const code = `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
    return at < text.length
      ? JSON.stringify(text.slice(0, at)).slice(0, -1) + code + JSON.stringify(text.slice(at + 1)).slice(1)
      : JSON.stringify(text);
  });

const ids = fc.nat(600).map((n) => `mix-${n}`);
const names = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("grocery", "Grocery", "Möbel", "家", "🎉", "") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme" }) },
);
const cents = fc.oneof(fc.nat(100_000).map(BigInt), fc.bigInt({ min: -100n, max: 10n ** 19n }));
const amounts = fc.tuple(cents, fc.nat(4)).map(([value, style]) => {
  const exact = `${value / 100n}.${String(value < 0n ? -value % 100n : value % 100n).padStart(2, "0")}`;
  return [exact, `${exact}0`, `${value}e-2`, `${value}0E-3`, `0.${"0".repeat(5)}1`][style] ?? exact;
});

/** Mostly around `now`, so that some are late and some are not. The others are arbitrary and may not exist. */
const dates = (now: number): fc.Arbitrary<string> => {
  const near = fc.integer({ min: -600_000, max: 60_000 }).map((ms) => new Date(now + ms).toISOString());
  const two = (max: number) => fc.nat(max).map((n) => String(n).padStart(2, "0"));
  const any = fc
    .tuple(
      fc.integer({ min: 1960, max: 2110 }),
      two(13),
      two(32),
      two(24),
      two(60),
      two(60),
      fc.nat(999_999_999),
    )
    .map(
      ([year, month, day, hour, minute, second, fraction]) =>
        `${year}-${month}-${day} ${hour}:${minute}:${second}.${fraction}`,
    );
  const zone = fc.constantFrom(
    "",
    "",
    "Z",
    "z",
    "+00:00",
    "-11:30",
    "+0545",
    "+14:00",
    "+23:59",
    "-23:59",
    "+1",
  );
  const spelled = fc
    .tuple(near, zone, fc.constantFrom("T", "t", " "))
    .map(([iso, offset, between]) => iso.replace("Z", offset).replace("T", between));
  return fc.oneof(
    { weight: 3, arbitrary: near },
    { weight: 2, arbitrary: spelled },
    { weight: 1, arbitrary: any },
  );
};

const events = (now: number): fc.Arbitrary<Buffer> =>
  fc
    .record({
      transactionId: quoted(ids),
      userId: quoted(fc.constantFrom("user-1", "user-2", "用户")),
      transactionType: quoted(fc.constantFrom("purchase", "purchase", "purchase", "refund", "transfer")),
      amount: amounts,
      currency: quoted(fc.constantFrom("USD", "GBP", "EUR", "JPY")),
      transactionDate: quoted(dates(now)),
      category: quoted(names),
      merchant: quoted(names),
      location: quoted(names),
    })
    .map((raw) => {
      const members = Object.entries(raw).map(([name, value]) => `"${name}": ${value}`);
      return Buffer.from(`{${members.join(", ")}}`);
    });

/** Replaces some bytes at a random position. */
function mutated(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc.constantFrom(...'{}[]",:\\0-.e \0').map((sign) => Buffer.from(sign)),
  );
  return fc.tuple(whole, fc.nat(), fc.nat(3), bytes).map(([value, at, cut, put]) => {
    const start = at % (value.length + 1);
    return Buffer.concat([value.subarray(0, start), put, value.subarray(start + cut)]);
  });
}

export interface Mix {
  value: Buffer | null;
  partition: number;
}

export function mixes(now: number, partitions: number): fc.Arbitrary<Mix> {
  const known = fc.constantFrom(
    ...corpus.map(({ value }) => value).filter((value) => (value?.length ?? 0) < 70_000),
  );
  const value = fc.oneof(
    { weight: 6, arbitrary: events(now) },
    { weight: 3, arbitrary: mutated(events(now)) },
    { weight: 1, arbitrary: known },
  );
  return fc.record({ value, partition: fc.nat(partitions - 1) });
}
