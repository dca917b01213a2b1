/** The SQL Gateway's answer to a statement that it refuses, turned into `file:line: what is wrong`. */
import { messagesOf, oneLine } from "../clients/stack-trace.ts";
import { placeOf, placeOfOffset, type Statement } from "../sql/statements.ts";

const POSITION = /line (\d+), column \d+/i;
/** Parser and validator say the position in the message; file and line say it better. */
const POSITION_TEXT = /^From line \d+, column \d+ to line \d+, column \d+: |,? at line \d+, column \d+/g;
const BAD_OPTION = /^Could not parse value '.*' for key '.*'/;
/** Where every session keeps its tables; says nothing. */
const DEFAULT_CATALOG = /`?default_catalog`?\.`?default_database`?\./g;
/** Long lists that bury the message: every option of a connector, every token that could have come. */
const LISTS = /\n\s*\n?(?:Supported options|Available (?:factory identifiers|options)[^\n]*):[\s\S]*$/;
const EXPECTED_TOKENS = 6;

/**
 * @param errors the `errors` of the gateway's answer: a headline, then a Java stack trace
 * @param earlier the statements before this one, where the tables that the error names were declared
 */
export function describeGatewayError(
  errors: readonly string[],
  statement: Statement,
  earlier: readonly Statement[] = [],
): string {
  const messages = messagesOf(errors.at(-1) ?? "");
  const root = messages.at(-1) ?? "the SQL Gateway gives no reason";
  // Options are read when the first statement needs them: no statement is to blame.
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
  // A table that cannot be made into a source or sink: its declaration is wrong, not its use.
  if (/Unable to create a (?:sink|source)/.test(all)) {
    const declared = find(earlier, "CREATE\\s+(?:TEMPORARY\\s+)?TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?", name);
    if (declared) return declared;
  }
  return find([statement], "INSERT\\s+(?:INTO|OVERWRITE)\\s+", name) ?? placeOf(statement);
}

function find(statements: readonly Statement[], before: string, name: string): string | undefined {
  const pattern = new RegExp(`\\b${before}(?:\`?\\w+\`?\\.)*\`?${name.replace(/\W/g, "\\$&")}\\b`, "i");
  for (const statement of statements) {
    const offset = statement.text.search(pattern);
    if (offset >= 0) return placeOfOffset(statement, offset);
  }
  return undefined;
}

function tidy(message: string): string {
  const [head = "", expected] = message.replace(LISTS, "").split(/\nWas expecting(?: one of)?:/);
  const tokens = expected?.match(/"[^"]+"|<\w+>/g) ?? [];
  const shown = tokens.slice(0, EXPECTED_TOKENS).join(", ") + (tokens.length > EXPECTED_TOKENS ? ", …" : "");
  const text = oneLine(head.replace(POSITION_TEXT, "").replace(DEFAULT_CATALOG, "")).replace(/\.$/, "");
  return tokens.length > 0 ? `${text}; expected ${shown}` : text;
}
