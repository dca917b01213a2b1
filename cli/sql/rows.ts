/** Rows of a query as text: Postgres's own, in which no number loses a digit. Pure. */
import { columns, count, visibleLength } from "../format.ts";
import { printable } from "../printable.ts";

export interface Column {
  readonly name: string;
  /** Postgres's number of its type. */
  readonly type: number;
}

/** NULL is null. */
export type Cell = string | null;

const numbers = new Set([20, 21, 23, 26, 700, 701, 1700]);
const boolean = 16;
const json = new Set([114, 3802]);

/** As psql prints a table, on one line for each row. */
export function tableLines(
  header: readonly Column[],
  rows: readonly (readonly Cell[])[],
  total = rows.length,
): string[] {
  const right = header.flatMap(({ type }, at) => (numbers.has(type) ? [at] : []));
  const cells = rows.map((row) => row.map((cell) => (cell === null ? "NULL" : printable(cell))));
  const names = header.map(({ name }) => printable(name));
  const widths = names.map((_, at) =>
    Math.max(...[names, ...cells].map((row) => visibleLength(row[at] ?? ""))),
  );
  const rules = widths.map((width) => "-".repeat(Math.max(1, width)));
  const lines = header.length === 0 ? [] : columns([names, rules, ...cells], { right });
  const shown = total > rows.length ? `the first ${count(rows.length)} of ` : "";
  return [...lines, `(${shown}${count(total)} ${total === 1 ? "row" : "rows"})`];
}

/** As RFC 4180 has it; NULL is empty, and an empty text is quoted. */
export function csvLine(cells: readonly Cell[]): string {
  return cells
    .map((cell) => {
      if (cell === null) return "";
      return cell === "" || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    })
    .join(",");
}

/** One object. Numbers keep all of their digits. */
export function jsonRow(header: readonly Column[], cells: readonly Cell[]): string {
  const members = header.map(
    ({ name, type }, at) => `${JSON.stringify(name)}: ${jsonValue(type, cells[at] ?? null)}`,
  );
  return `{${members.join(", ")}}`;
}

function jsonValue(type: number, cell: Cell): string {
  if (cell === null) return "null";
  if (type === boolean) return cell === "t" ? "true" : "false";
  if (json.has(type)) return cell;
  // NaN and Infinity are not JSON.
  const isNumber = numbers.has(type) && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell);
  return isNumber ? cell : JSON.stringify(cell);
}
