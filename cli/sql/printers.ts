/** Prints a result while it arrives. */
import { type Cell, type Column, csvLine, jsonRow, tableLines } from "./rows.ts";
import type { ResultSink } from "./run.ts";

/** An aligned table needs all of its rows at once. */
const MOST_ROWS = 1_000;

export interface Printer extends ResultSink {
  /** @param command what Postgres has done */
  end(command: string): void;
}

export function tablePrinter(write: (line: string) => void, hintForMore: string): Printer {
  let header: readonly Column[] = [];
  const rows: (readonly Cell[])[] = [];
  let total = 0;
  return {
    columns: (columns) => {
      header = columns;
    },
    row: (cells) => {
      total += 1;
      if (rows.length < MOST_ROWS) rows.push(cells);
    },
    end: (command) => {
      if (header.length === 0 && command !== "SELECT") write(command);
      else for (const line of tableLines(header, rows, total)) write(line);
      if (total > rows.length) write(hintForMore);
    },
  };
}

export function csvPrinter(write: (line: string) => void): Printer {
  return {
    columns: (columns) => {
      if (columns.length > 0) write(csvLine(columns.map(({ name }) => name)));
    },
    row: (cells) => write(csvLine(cells)),
    end: () => undefined,
  };
}

export function jsonPrinter(write: (line: string) => void): Printer {
  let header: readonly Column[] = [];
  // A comma follows a row only if there is another one.
  let waiting: string | undefined;
  return {
    columns: (columns) => {
      header = columns;
      write("[");
    },
    row: (cells) => {
      if (waiting !== undefined) write(`  ${waiting},`);
      waiting = jsonRow(header, cells);
    },
    end: () => {
      if (waiting !== undefined) write(`  ${waiting}`);
      write("]");
    },
  };
}
