/** Amounts of money in hundredths: exact, as in the DECIMAL columns. */
export type Money = bigint;

/** `12`, `12.3`, `-12.34`, as Postgres prints a NUMERIC; null and undefined (no such row) are zero. */
export function parseMoney(text: string | null | undefined): Money {
  if (text === null || text === undefined) return 0n;
  const match = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/.exec(text);
  if (match === null) throw new Error(`not an amount of money: ${text}`);
  const [, sign, whole = "0", fraction = ""] = match;
  const hundredths = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
  return sign === "-" ? -hundredths : hundredths;
}

export function formatMoney(money: Money): string {
  const absolute = money < 0n ? -money : money;
  return `${money < 0n ? "-" : ""}${absolute / 100n}.${String(absolute % 100n).padStart(2, "0")}`;
}
