/**
 * JSON as RFC 8259 has it, nothing forgiven. Unlike JSON.parse it keeps what a ledger must see: a number's own
 * digits, and members that are there twice.
 */
export type Json =
  | { type: "null" }
  | { type: "boolean"; value: boolean }
  | { type: "number"; text: string }
  | { type: "string"; value: string }
  | { type: "array"; items: Json[] }
  | { type: "object"; members: [name: string, value: Json][] };

/** Not JSON; `position` counts UTF-16 units from 0. */
export class NotJson extends Error {
  readonly position: number;
  constructor(position: number) {
    super(`not JSON at ${position}`);
    this.position = position;
  }
}

/** Arrays and objects inside each other beyond the limit. */
export class TooDeep extends Error {}

const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"/y;
const WORD = /null|true|false/y;

export function readJson(text: string, maxDepth: number): Json {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  /** Takes `sign` and the blanks around it, if it is what comes next. */
  const takes = (sign: string): boolean => {
    take(BLANK);
    if (text[at] !== sign) return false;
    at += 1;
    take(BLANK);
    return true;
  };
  const expect = (sign: string): void => {
    if (!takes(sign)) throw new NotJson(at);
  };
  const string = (): string => {
    const found = take(STRING);
    if (found === undefined) throw new NotJson(at);
    return found.slice(1, -1).replace(/\\(?:u(....)|(.))/g, (_, hex, letter) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }[letter as string] ?? letter;
    });
  };
  const value = (depth: number): Json => {
    if (text[at] === "{" || text[at] === "[") {
      if (depth > maxDepth) throw new TooDeep(`deeper than ${maxDepth}`);
      return takes("{") ? object(depth) : array(depth);
    }
    if (text[at] === '"') return { type: "string", value: string() };
    const word = take(WORD);
    if (word === "null") return { type: "null" };
    if (word !== undefined) return { type: "boolean", value: word === "true" };
    const number = take(NUMBER);
    if (number === undefined) throw new NotJson(at);
    return { type: "number", text: number };
  };
  const object = (depth: number): Json => {
    const members: [string, Json][] = [];
    if (takes("}")) return { type: "object", members };
    do {
      const name = string();
      expect(":");
      members.push([name, value(depth + 1)]);
    } while (takes(","));
    expect("}");
    return { type: "object", members };
  };
  const array = (depth: number): Json => {
    const items: Json[] = [];
    expect("[");
    if (takes("]")) return { type: "array", items };
    do items.push(value(depth + 1));
    while (takes(","));
    expect("]");
    return { type: "array", items };
  };

  take(BLANK);
  const json = value(1);
  take(BLANK);
  if (at < text.length) throw new NotJson(at);
  return json;
}
