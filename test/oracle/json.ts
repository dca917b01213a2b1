/**
 * A strict parser for JSON as defined in RFC 8259. Unlike JSON.parse, it keeps what a ledger needs: a number's exact
 * digits, repeated members, and the offset of the first byte that is not JSON.
 */
export type Json =
  | { type: "null" }
  | { type: "boolean" }
  | { type: "number"; text: string }
  | { type: "string"; value: string }
  | { type: "array"; items: Json[] }
  | { type: "object"; members: Member[] };

export interface Member {
  name: string;
  /** Byte offset of the name's opening quote. */
  at: number;
  value: Json;
}

/** The reason why bytes are not JSON, as worded in the contract. */
export class Unreadable extends Error {}

const HEX = /[0-9a-fA-F]/;
const ESCAPED: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** @param bytes valid UTF-8; decoded as Latin-1, so that positions are byte offsets */
export function readJson(bytes: Buffer, maxDepth: number): Json {
  const text = bytes.toString("latin1");
  let at = 0;

  /** Fails at the current byte. */
  const unexpected = (): never => {
    const what = at < text.length ? `unexpected byte at offset ${at}` : `ends after ${text.length} bytes`;
    throw new Unreadable(`not JSON: ${what}`);
  };
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const blanks = () => take(/[ \t\n\r]*/y);
  const expect = (word: string): void => {
    for (const sign of word) {
      if (text[at] !== sign) unexpected();
      at += 1;
    }
  };
  /** Consumes a sign and the blanks on both sides, if it comes next. */
  const takes = (sign: string): boolean => {
    blanks();
    if (text[at] !== sign) return false;
    at += 1;
    blanks();
    return true;
  };
  const digits = () => {
    if (take(/[0-9]+/y) === "") unexpected();
  };

  const string = (): string => {
    expect('"');
    let value = "";
    for (;;) {
      value += Buffer.from(take(/[ !#-[\]-\xff]*/y), "latin1").toString();
      if (text[at] !== "\\") break;
      at += 1;
      const letter = take(/["\\/bfnrtu]/y) || unexpected();
      if (letter !== "u") {
        value += ESCAPED[letter] ?? letter;
        continue;
      }
      const from = at;
      for (; at < from + 4; at++) if (!HEX.test(text[at] ?? "")) unexpected();
      value += String.fromCharCode(Number.parseInt(text.slice(from, at), 16));
    }
    expect('"');
    return value;
  };
  const number = (): string => {
    const from = at;
    take(/-/y);
    if (take(/0/y) === "") digits();
    if (take(/\./y) !== "") digits();
    if (take(/[eE][+-]?/y) !== "") digits();
    return text.slice(from, at);
  };
  const object = (depth: number): Json => {
    const members: Member[] = [];
    if (takes("}")) return { type: "object", members };
    do {
      const start = at;
      const name = string();
      if (!takes(":")) unexpected();
      members.push({ name, at: start, value: value(depth + 1) });
    } while (takes(","));
    expect("}");
    return { type: "object", members };
  };
  const array = (depth: number): Json => {
    const items: Json[] = [];
    if (takes("]")) return { type: "array", items };
    do items.push(value(depth + 1));
    while (takes(","));
    expect("]");
    return { type: "array", items };
  };
  const value = (depth: number): Json => {
    const start = text[at] ?? "";
    if ("{[".includes(start) && start !== "" && depth > maxDepth) {
      throw new Unreadable(`nested deeper than ${maxDepth} levels`);
    }
    if (takes("{")) return object(depth);
    if (takes("[")) return array(depth);
    if (start === '"') return { type: "string", value: string() };
    for (const word of ["true", "false", "null"]) {
      if (start !== word[0]) continue;
      expect(word);
      return { type: word === "null" ? "null" : "boolean" };
    }
    return { type: "number", text: number() };
  };

  blanks();
  const json = value(1);
  blanks();
  if (at < text.length) unexpected();
  return json;
}
