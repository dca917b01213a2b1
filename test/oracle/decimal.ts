/** An exact decimal: `digits` × 10^-`scale`, in the shortest form (no trailing zeros). */
export interface Decimal {
  digits: bigint;
  scale: number;
}

const NUMBER = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** The value of a JSON number's text, or undefined for any other text. Exponents may be of any size. */
export function readDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const significant = (whole + fraction).replace(/0+$/, "");
  if (/^0*$/.test(significant)) return { digits: 0n, scale: 0 };
  const dropped = whole.length + fraction.length - significant.length;
  const digits = BigInt(significant);
  return { digits: sign ? -digits : digits, scale: fraction.length - dropped - Number(exponent) };
}

/** In hundredths, or undefined if that would lose digits or exceed every table's column. */
export function inCents({ digits, scale }: Decimal): bigint | undefined {
  return scale <= 2 && scale > -40 ? digits * 10n ** BigInt(2 - scale) : undefined;
}

/** `-12345n` is `-123.45`, as Postgres prints a numeric with two decimals. */
export function formatCents(cents: bigint): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
