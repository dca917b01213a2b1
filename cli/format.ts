/** Numbers, durations and lines of text as a person reads them. */
import { stripVTControlCharacters } from "node:util";

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

/** 4 %, 180 %: a share of one. */
export function percent(share: number): string {
  return `${count(Math.round(share * 100))} %`;
}

/** 1,234,567: the same on every machine, regardless of its locale. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** Columns that a text takes on a terminal; colour codes take none. */
export function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

const colourCode = new RegExp(`(${"\x1b"}\\[[0-9;]*m)`);

/** Cuts a line to `width` columns, without cutting colour codes. */
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

/** Breaks a line at blanks, so that each part takes at most `width` columns where its words allow that. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && visibleLength(line) + 1 + visibleLength(word) <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

interface Layout {
  /** The columns that are numbers. */
  readonly right?: readonly number[];
  /** Long last cells are wrapped to it. */
  readonly width?: number;
}

/** Left-aligned columns, two spaces apart, without trailing blanks. */
export function columns(rows: readonly (readonly string[])[], { right = [], width }: Layout = {}): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, visibleLength(cell));
    });
  }
  return rows.flatMap((row) => {
    const last = row.length - 1;
    const before = row.slice(0, last).map((cell, at) => {
      const gap = " ".repeat((widths[at] ?? 0) - visibleLength(cell));
      return `${right.includes(at) ? gap + cell : cell + gap}  `;
    });
    const start = before.join("");
    const cell = row[last] ?? "";
    if (right.includes(last)) {
      return [`${start}${" ".repeat((widths[last] ?? 0) - visibleLength(cell))}${cell}`];
    }
    const indent = " ".repeat(visibleLength(start));
    const parts = width === undefined ? [cell] : wrap(cell, width - indent.length);
    return parts.map((part, at) => `${at === 0 ? start : indent}${part}`.trimEnd());
  });
}
