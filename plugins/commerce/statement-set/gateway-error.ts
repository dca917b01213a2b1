/** Turns the SQL Gateway's refusal of a statement into `file:line: what is wrong`. */
import { messagesOf, oneLine } from "../clients/stack-trace.ts";
import { placeOf, type Statement } from "../sql/statements.ts";
import { placeOfInsert, placeOfTable } from "./job-script.ts";

const POSITION = /line (\d+), column \d+/i;
/** The position that parser and validator put into the message: file and line replace it. */
const POSITION_TEXT = /^From line \d+, column \d+ to line \d+, column \d+: |,? at line \d+, column \d+/g;
const BAD_OPTION = /^Could not parse value '.*' for key '.*'/;
/** Every session keeps its tables there, so it tells the user nothing. */
const DEFAULT_CATALOG = /`?default_catalog`?\.`?default_database`?\./g;
/** Long lists that bury the message: all options of a connector, all catalogs. */
const LISTS = /\n\s*\n?(?:Supported options|Available (?:factory identifiers|options)[^\n]*):[\s\S]*$/;
const EXPECTED_TOKENS = 6;

/**
 * @param errors the `errors` of the gateway's answer: a headline, then a Java stack trace
 * @param earlier the statements before this one, which declare the tables that the error names
 */
export function describeGatewayError(
  errors: readonly string[],
  statement: Statement,
  earlier: readonly Statement[] = [],
): string {
  const messages = messagesOf(errors.at(-1) ?? "");
  const root = messages.at(-1) ?? "the SQL Gateway gives no reason";
  // Flink reads options when the first statement needs them, so the statement is not to blame.
  const option = messages.find((message) => BAD_OPTION.test(message));
  if (option !== undefined) return `settings: ${tidy(option)} ${tidy(root)}`;
  return `${locate(messages, statement, earlier)}: ${tidy(root)}`;
}

function locate(messages: readonly string[], statement: Statement, earlier: readonly Statement[]): string {
  // The innermost position: an outer exception may repeat it relative to something else.
  const positioned = messages.findLast((message) => POSITION.test(message));
  const line = positioned?.match(POSITION)?.[1];
  if (line !== undefined) return placeOf(statement, Number(line));
  const all = messages.join("\n");
  const table = all.match(/[Tt]able '([^']+)'|sink for '([^']+)'/);
  const name = (table?.[1] ?? table?.[2])?.replaceAll("`", "").split(".").at(-1);
  if (name === undefined) return placeOf(statement);
  // The table cannot become a source or sink: its declaration is wrong, not its use.
  if (/Unable to create a (?:sink|source)/.test(all)) {
    const declared = placeOfTable(earlier, name);
    if (declared) return declared;
  }
  return placeOfInsert(statement, name) ?? placeOf(statement);
}

function tidy(message: string): string {
  const [head = "", expected] = message.replace(LISTS, "").split(/\nWas expecting(?: one of)?:/);
  const tokens = expected?.match(/"[^"]+"|<\w+>/g) ?? [];
  const shown = tokens.slice(0, EXPECTED_TOKENS).join(", ") + (tokens.length > EXPECTED_TOKENS ? ", …" : "");
  const text = oneLine(head.replace(POSITION_TEXT, "").replace(DEFAULT_CATALOG, "")).replace(/\.$/, "");
  return tokens.length > 0 ? `${text}; expected ${shown}` : text;
}
