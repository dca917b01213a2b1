/** Well-formed UTF-8, byte by byte: Table 3-7 of the Unicode Standard. */
const WELL_FORMED = new RegExp(
  [
    /[^\x80-\xff]+/,
    /[\xc2-\xdf][\x80-\xbf]/,
    /\xe0[\xa0-\xbf][\x80-\xbf]/,
    /[\xe1-\xec\xee\xef][\x80-\xbf]{2}/,
    /\xed[\x80-\x9f][\x80-\xbf]/,
    /\xf0[\x90-\xbf][\x80-\xbf]{2}/,
    /[\xf1-\xf3][\x80-\xbf]{3}/,
    /\xf4[\x80-\x8f][\x80-\xbf]{2}/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "y",
);

/** Offset of the first byte of the first ill-formed sequence, or undefined if all are well-formed. */
export function firstIllFormed(bytes: Buffer): number | undefined {
  const text = bytes.toString("latin1");
  let at = 0;
  while (at < text.length) {
    WELL_FORMED.lastIndex = at;
    const sequence = WELL_FORMED.exec(text)?.[0];
    if (sequence === undefined) return at;
    at += sequence.length;
  }
  return undefined;
}
