import { stripVTControlCharacters } from "node:util";

/** Control characters, line separators, and what reverses the direction of text. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** Text of others in one line: what would move the cursor or change colours is written as an escape, tabs stay. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    if (character === "\t") return character;
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}

/** A line of a log: its colours are dropped. */
export function printableLine(text: string): string {
  return printable(stripVTControlCharacters(text));
}
