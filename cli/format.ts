import { stripVTControlCharacters } from "node:util";

/** Numbers as a person reads them. */

/** 0.4 s, 12 s, 1 min 05 s, 2 h 03 min. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** 512 KiB, 384 MiB, 3.9 GiB. */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit >= 3 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** 1,234,567: the same on every machine, whatever its locale. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

export function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

const colourCode = new RegExp(`(${"\x1b"}\\[[0-9;]*m)`);

/** Cuts a line to `width` columns, keeping colour codes whole. */
export function truncate(text: string, width: number): string {
  if (visibleLength(text) <= width) return text;
  let shown = 0;
  let result = "";
  for (const part of text.split(colourCode)) {
    if (part.startsWith("\x1b[")) {
      result += part;
      continue;
    }
    for (const character of part) {
      if (shown === width - 1) result += "…";
      if (shown < width - 1) result += character;
      shown += 1;
    }
  }
  return result;
}

/** Left-aligned columns, two spaces apart, without trailing blanks. Columns named in `right` are numbers. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, visibleLength(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) => {
        const gap = " ".repeat((widths[at] ?? 0) - visibleLength(cell));
        return right.includes(at) ? gap + cell : cell + gap;
      })
      .join("  ")
      .trimEnd(),
  );
}
