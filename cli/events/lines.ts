/** The lines of a stream as bytes, so that what is not valid UTF-8 is not changed. */

const LINE_FEED = 0x0a;
const SPACES = new Set([0x20, 0x09, 0x0d]);

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
}

export async function* linesOf(input: AsyncIterable<Buffer | string>): AsyncGenerator<Line> {
  const parts: Buffer[] = [];
  let number = 1;
  for await (const chunk of input) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      yield { number, bytes: Buffer.concat([...parts, rest.subarray(0, end)]) };
      parts.length = 0;
      number += 1;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) parts.push(rest);
  }
  if (parts.length > 0) yield { number, bytes: Buffer.concat(parts) };
}

export function isBlank({ bytes }: Line): boolean {
  return bytes.every((byte) => SPACES.has(byte));
}
