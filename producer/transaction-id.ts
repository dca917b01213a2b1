import type { Random } from "./random.ts";

/** Creates ids that are unique and, within one producer, ascending as text. */
export type IdSource = (nowMs: number, random: Random) => string;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const COUNTER_SIZE = 2 ** 12;

/**
 * UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, a 12-bit counter within the millisecond (method 1 of section 6.2),
 * 62 random bits. It begins with the time, so Postgres appends to the primary key's index instead of writing all over
 * it.
 */
export function timeOrderedIds(): IdSource {
  let lastMs = 0;
  let counter = 0;
  return (nowMs, random) => {
    counter++;
    // If the counter is full or the clock was set back, run ahead of the clock to keep the order.
    if (nowMs > lastMs || counter === COUNTER_SIZE) {
      lastMs = Math.max(nowMs, lastMs + 1);
      counter = 0;
    }
    return format(lastMs, 7, counter, random);
  };
}

/**
 * UUIDv8 (RFC 9562, custom format): begins with the event's number and does not contain the time, so that a seed gives
 * the same ids on every run.
 */
export function sequentialIds(): IdSource {
  let sequence = 0;
  return (_nowMs, random) => format(sequence++, 8, random.uint32() & (COUNTER_SIZE - 1), random);
}

function format(prefix48: number, version: 7 | 8, middle12: number, random: Random): string {
  const high = Math.floor(prefix48 / 2 ** 16);
  const low = prefix48 % 2 ** 16;
  const versioned = (version << 12) | middle12;
  const first = random.uint32();
  const second = random.uint32();
  const variant = (first >>> 16) & 0x3fff;
  return (
    `${hex16(high >>> 16)}${hex16(high)}-${hex16(low)}-${hex16(versioned)}-${hex16(0x8000 | variant)}-` +
    `${hex16(first)}${hex16(second >>> 16)}${hex16(second)}`
  );
}

/** The lower 16 bits as four digits. A table is several times faster than `toString(16)` with padding. */
function hex16(value: number): string {
  return `${HEX[(value >>> 8) & 0xff]}${HEX[value & 0xff]}`;
}
