/** Invalid UTF-8, sizes around the limit, and null values. */
import { gzipSync } from "node:zlib";
import { type Entry, entry, event } from "./entry.ts";

const hex = (digits: string) => Buffer.from(digits.replaceAll(" ", ""), "hex");

/** An event with these bytes in its merchant's name, and the offset of the first one. */
function withBytes(bytes: Buffer): { value: Buffer; at: number } {
  const [before = "", after = ""] = event({ merchant: '"Ä¦"' }).split("¦");
  const start = Buffer.from(before);
  return { value: Buffer.concat([start, bytes, Buffer.from(after)]), at: start.length };
}

/** `good` is the number of well-formed bytes before the first ill-formed one. */
const ILL_FORMED: [what: string, digits: string, good: number][] = [
  ["a continuation without a start", "80", 0],
  ["the last continuation byte", "bf", 0],
  ["Latin-1", "e9", 0],
  ["a start without a continuation", "c3", 0],
  ["two bytes of three", "e2 82", 0],
  ["three bytes of four", "f0 9f 98", 0],
  ["a slash in two bytes", "c0 af", 0],
  ["U+0000 in two bytes", "c0 80", 0],
  ["U+007F in two bytes", "c1 bf", 0],
  ["U+07FF in three bytes", "e0 9f bf", 0],
  ["U+FFFF in four bytes", "f0 8f bf bf", 0],
  ["a high surrogate", "ed a0 80", 0],
  ["a low surrogate", "ed bf bf", 0],
  ["an emoji in two surrogates (CESU-8)", "ed a0 bd ed b8 80", 0],
  ["beyond U+10FFFF", "f4 90 80 80", 0],
  ["far beyond", "f5 80 80 80", 0],
  ["five bytes", "f8 88 80 80 80", 0],
  ["six bytes", "fc 84 80 80 80 80", 0],
  ["FE", "fe", 0],
  ["FF", "ff", 0],
  ["two starts", "c3 c3 a9", 0],
  ["one continuation too many", "c3 a9 a9", 2],
  ["good, bad, good", "f0 9f 98 80 ff c3 a9", 4],
  ["the last good one of three bytes, then a bad one", "ed 9f bf ed a0 80", 3],
  ["Windows-1252 quotes", "93 41 94", 0],
];
const WELL_FORMED: [what: string, digits: string][] = [
  ["the ends of one, two and three bytes", "7f c2 80 df bf e0 a0 80"],
  ["the edges of the surrogates", "ed 9f bf ee 80 80 ef bf bf"],
  ["the ends of four bytes", "f0 90 80 80 f4 8f bf bf"],
  ["a byte order mark in a name", "ef bb bf"],
];

/** A valid event of exactly this many bytes. */
function ofSize(bytes: number): string {
  const start = `${event().slice(0, -1)},"filler":"`;
  return `${start}${"x".repeat(bytes - Buffer.byteLength(start) - 2)}"}`;
}
const tooLarge = (bytes: number) => `payload of ${bytes} bytes is larger than 65536`;

export const bytes: Entry[] = [
  ...ILL_FORMED.map(([what, digits, good]) => {
    const { value, at } = withBytes(hex(digits));
    return entry(`UTF-8: ${what}`, value, `not valid UTF-8 at offset ${at + good}`);
  }),
  ...WELL_FORMED.map(([what, digits]) =>
    entry(`UTF-8: ${what}`, withBytes(hex(digits)).value, { merchant: `Ä${hex(digits)}` }),
  ),
  entry(
    "a bad byte in a key",
    Buffer.concat([hex("7b 22 ff 22"), Buffer.from(":1}")]),
    "not valid UTF-8 at offset 2",
  ),
  entry(
    "a bad byte after the event",
    Buffer.concat([Buffer.from("{}"), hex("ff")]),
    "not valid UTF-8 at offset 2",
  ),
  entry(
    "a bad byte takes precedence over an earlier syntax error",
    Buffer.concat([Buffer.from("?!"), hex("ff")]),
    "not valid UTF-8 at offset 2",
  ),
  entry(
    "a bad byte takes precedence over 10,000 brackets",
    Buffer.concat([Buffer.from("[".repeat(10_000)), hex("80")]),
    "not valid UTF-8 at offset 10000",
  ),
  entry(
    "a letter cut in two at the end",
    Buffer.from('{"transactionId":"é').subarray(0, -1),
    "not valid UTF-8 at offset 18",
  ),
  entry("UTF-16 with its mark", Buffer.from(`\ufeff${event()}`, "utf16le"), "not valid UTF-8 at offset 0"),
  entry(
    "UTF-16 without",
    Buffer.from(event({ location: '"x"' }), "utf16le"),
    "not JSON: unexpected byte at offset 1",
  ),
  entry("gzip", gzipSync(event()), "not valid UTF-8 at offset 1"),
  entry("one zero byte", hex("00"), "not JSON: unexpected byte at offset 0"),
  entry(
    "every byte from 00 to FF",
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    "not valid UTF-8 at offset 128",
  ),

  entry("no value at all", null, "null value"),
  entry("no value, a second time", null, "null value"),
  entry("65,536 bytes", ofSize(65_536)),
  entry("65,537 bytes", ofSize(65_537), tooLarge(65_537)),
  entry("65,536 blanks", " ".repeat(65_536), "not JSON: ends after 65536 bytes"),
  entry("65,537 blanks", " ".repeat(65_537), tooLarge(65_537)),
  entry("65,536 characters in 65,537 bytes", ofSize(65_537).replace("xx", "é"), tooLarge(65_537)),
  entry("a megabyte of a good event", ofSize(1_000_000), tooLarge(1_000_000)),
  entry("a megabyte of FF", Buffer.alloc(1_000_000, 0xff), tooLarge(1_000_000)),
  entry("a megabyte of zeros", Buffer.alloc(1_000_000), tooLarge(1_000_000)),
  entry("a megabyte of brackets", "[".repeat(1_000_000), tooLarge(1_000_000)),
  entry("a good event in blanks up to the limit", event().padEnd(65_530, " ")),
];
