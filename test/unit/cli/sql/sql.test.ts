import { describe, expect, it } from "vitest";
import { failedStatement } from "../../../../cli/sql/failure.ts";
import { csvPrinter, jsonPrinter, type Printer, tablePrinter } from "../../../../cli/sql/printers.ts";
import type { Cell } from "../../../../cli/sql/rows.ts";

const header = [
  { name: "category", type: 25 },
  { name: "total_sales", type: 1700 },
  { name: "is_open", type: 16 },
  { name: "details", type: 3802 },
];
const rows: Cell[][] = [
  ["books", "12345678901234567890.10", "t", '{"a": 1}'],
  ['a "quoted",\nname', "-1.50", "f", null],
  ["", "NaN", null, "[]"],
];

function printed(make: (write: (line: string) => void) => Printer, of = rows, command = "SELECT"): string[] {
  const lines: string[] = [];
  const printer = make((line) => lines.push(line));
  printer.columns(command === "SELECT" ? header : []);
  for (const row of of) printer.row(row);
  printer.end(command);
  return lines;
}
const table = (of = rows, command = "SELECT") =>
  printed((write) => tablePrinter(write, "There is more."), of, command);

describe("the result of a statement", () => {
  it("is an aligned table, one line for each row", () => {
    expect(table().join("\n")).toMatchInlineSnapshot(`
      "category                         total_sales  is_open  details
      -------------------  -----------------------  -------  --------
      books                12345678901234567890.10  t        {"a": 1}
      a "quoted",\\x0aname                    -1.50  f        NULL
                                               NaN  NULL     []
      (3 rows)"
    `);
  });

  it("is cut at 1,000 rows as a table, and nowhere else", () => {
    const many = Array.from({ length: 1_500 }, (_, at): Cell[] => [`c${at}`, "1", "t", null]);
    expect(table(many).slice(-2)).toEqual(["(the first 1,000 of 1,500 rows)", "There is more."]);
    expect(table(many)).toHaveLength(1_004);
    expect(printed(csvPrinter, many)).toHaveLength(1_501);
  });

  it("may have no row, or no columns", () => {
    expect(table([]).at(-1)).toBe("(0 rows)");
    expect(table([], "SET")).toEqual(["SET"]);
    expect(printed(jsonPrinter, [])).toEqual(["[", "]"]);
  });

  it("is CSV that tells NULL from an empty text", () => {
    expect(printed(csvPrinter)).toEqual([
      "category,total_sales,is_open,details",
      'books,12345678901234567890.10,t,"{""a"": 1}"',
      '"a ""quoted"",\nname",-1.50,f,',
      '"",NaN,,[]',
    ]);
  });

  it("is JSON in which no number loses a digit", () => {
    const lines = printed(jsonPrinter);
    expect(lines[1]).toBe(
      '  {"category": "books", "total_sales": 12345678901234567890.10, "is_open": true, "details": {"a": 1}},',
    );
    expect(JSON.parse(lines.join("\n"))).toMatchObject([
      { category: "books" },
      { category: 'a "quoted",\nname', total_sales: -1.5, is_open: false, details: null },
      { category: "", total_sales: "NaN", is_open: null, details: [] },
    ]);
  });
});

describe("a statement that fails", () => {
  it("is shown with a mark below the place", () => {
    const error = failedStatement("SELECT *\nFROM salse", {
      message: 'relation "salse" does not exist',
      code: "42P01",
      position: "15",
    });
    expect(error.message).toBe('relation "salse" does not exist');
    expect(error.hint).toBe("LINE 2: FROM salse\n             ^");
  });

  it("says that the reader cannot write, and that there is one statement at a time", () => {
    const denied = failedStatement("DELETE FROM transactions", {
      message: "permission denied for table transactions",
      code: "42501",
    });
    expect(denied.hint).toContain("may read every table and change none");
    const several = failedStatement("SELECT 1; SELECT 2", {
      message: "cannot insert multiple commands into a prepared statement",
      code: "42601",
    });
    expect(several.hint).toContain("one statement at a time");
    expect(failedStatement("SELEC 1", { message: "syntax error", code: "42601" }).hint).toBeUndefined();
  });
});
