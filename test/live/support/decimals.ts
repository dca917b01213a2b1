/** Decimals as text, for the tests of the Postgres sink. */
import type { Column } from "./sink-tables.ts";

/** A decimal as Postgres shows it. */
export function plain(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return unscaled < 0n ? `-${text}` : text;
}

/** A column of decimals at the limits of its precision and scale. */
export function extremes(precision: number, scale: number): Column {
  const nines = 10n ** BigInt(precision) - 1n;
  const values = [nines, -nines, 0n, 5n, -5n, nines / 9n, 10n ** BigInt(precision - 1)];
  return [`DECIMAL(${precision}, ${scale})`, values.map((value) => plain(value, scale))];
}
