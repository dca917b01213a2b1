/** Splits SQL files into statements that know their file and line, so that errors can name them. Pure. */

/** A file of SQL; errors show its `path`. */
export interface SqlFile {
  path: string;
  sql: string;
}

export interface Statement {
  /** From the first word to the semicolon, which is not part of it. */
  text: string;
  path: string;
  /** Line of the first character in its file, from 1. */
  line: number;
  /** The text without comments and with white space folded, by which statements are compared. */
  canonical: string;
}

/**
 * Splits files at the semicolons that end a statement, not at those in comments, quotes, dollar quotes, or between
 * `BEGIN` and `END`. Works for the SQL of Flink and of Postgres.
 *
 * @throws Error `path:line: …` for a quote, comment or block that is never closed.
 */
export function splitStatements(files: readonly SqlFile[]): Statement[] {
  return files.flatMap(splitFile);
}

/** `path:line` of a line within the statement, counted from 1. */
export function placeOf(statement: Statement, lineInStatement = 1): string {
  return `${statement.path}:${statement.line + lineInStatement - 1}`;
}

/** `path:line` of an offset in the statement's text, counted from 0. */
export function placeOfOffset(statement: Statement, offset: number): string {
  return placeOf(statement, lineAt(statement.text, offset));
}

/** What the splitter does not look into, in the order in which it is tried; errors name its kind. */
const OPAQUE: readonly { kind: string; start: RegExp; rest: (start: string) => RegExp }[] = [
  { kind: "comment", start: /--/y, rest: () => /[^\n]*/y },
  // Not a comment: a hint changes the plan.
  { kind: "hint", start: /\/\*\+/y, rest: () => /[\s\S]*?\*\//y },
  { kind: "comment", start: /\/\*/y, rest: () => /[\s\S]*?\*\//y },
  { kind: "string", start: /'/y, rest: () => /(?:[^']|'')*'/y },
  { kind: "quoted name", start: /"/y, rest: () => /(?:[^"]|"")*"/y },
  { kind: "quoted name", start: /`/y, rest: () => /(?:[^`]|``)*`/y },
  {
    kind: "dollar-quoted string",
    start: /\$(?:[A-Za-z_]\w*)?\$/y,
    rest: (tag) => new RegExp(`[\\s\\S]*?${tag.replaceAll("$", "\\$")}`, "y"),
  },
];

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;

function splitFile({ path, sql }: SqlFile): Statement[] {
  const statements: Statement[] = [];
  let start: number | undefined;
  let end = 0;
  let canonical = "";
  /** Offsets of the words that an `END` has yet to close. */
  const open: number[] = [];
  let offset = 0;

  const finish = () => {
    if (start !== undefined)
      statements.push({ text: sql.slice(start, end), path, line: lineAt(sql, start), canonical });
    start = undefined;
    canonical = "";
  };

  while (offset < sql.length) {
    const opaque = matchOpaque(path, sql, offset);
    const character = sql.charAt(offset);
    if (opaque?.kind === "comment" || /\s/.test(character)) {
      offset = opaque?.end ?? offset + 1;
      continue;
    }
    if (character === ";" && open.length === 0) {
      finish();
      offset += 1;
      continue;
    }
    if (canonical !== "" && end < offset) canonical += " ";
    start ??= offset;
    const word = opaque ? undefined : matchAt(WORD, sql, offset);
    // CASE has an END as well. `BEGIN;` starts a transaction and has none.
    if (word && /^(?:case|begin)$/i.test(word) && !/^\s*;/.test(sql.slice(offset + word.length)))
      open.push(offset);
    else if (word && /^end$/i.test(word)) open.pop();
    end = opaque?.end ?? offset + (word?.length ?? 1);
    canonical += sql.slice(offset, end);
    offset = end;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    const word = matchAt(WORD, sql, unclosed);
    throw new Error(`${path}:${lineAt(sql, unclosed)}: no END closes this ${word}`);
  }
  finish();
  return statements;
}

function matchOpaque(path: string, sql: string, offset: number): { kind: string; end: number } | undefined {
  for (const { kind, start, rest } of OPAQUE) {
    const opening = matchAt(start, sql, offset);
    if (opening === undefined) continue;
    const body = matchAt(rest(opening), sql, offset + opening.length);
    if (body === undefined)
      throw new Error(`${path}:${lineAt(sql, offset)}: the ${kind} that starts here is never closed`);
    return { kind, end: offset + opening.length + body.length };
  }
  return undefined;
}

/** The match of a sticky pattern at the offset. */
function matchAt(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
