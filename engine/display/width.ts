/** How many columns a text takes in a terminal, and the part of it that fits. */
import { stripVTControlCharacters } from "node:util";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const ZERO = /^[\p{Mark}\p{Format}]+$/u;
/** East Asian wide characters, and what is shown as an emoji. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|.\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])/u;

/** Without what would move the cursor. */
export function clean(line: string): string {
  return stripVTControlCharacters(line.replaceAll("\t", "  ")).replace(/\p{Control}+/gu, "");
}

export function oneLine(text: string): string {
  return clean(text.replace(/\s+/g, " ")).trim();
}

export function columns(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + columnsOf(segment), 0);
}

/** The text if it fits, else as much as does, and `…`. */
export function cut(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let [kept, room] = ["", width - 1];
  for (const { segment } of graphemes.segment(text)) {
    room -= columnsOf(segment);
    if (room < 0) break;
    kept += segment;
  }
  return width > 0 ? `${kept}…` : "";
}

export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columns(text)));
}

const columnsOf = (grapheme: string) => (WIDE.test(grapheme) ? 2 : ZERO.test(grapheme) ? 0 : 1);
