import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeOf, placeOfOffset, splitStatements } from "../../../../../plugins/commerce/sql/statements.ts";

const split = (sql: string) => splitStatements([{ path: "a.sql", sql }]);
const texts = (sql: string) => split(sql).map((statement) => statement.text);

describe("splitStatements", () => {
  it("keeps hints in the canonical text, and no comments", () => {
    const [statement] = split("SELECT /*+ STATE_TTL('a' = '1 d') */ -- why\n 1 /* that */ FROM a");
    expect(statement?.canonical).toBe("SELECT /*+ STATE_TTL('a' = '1 d') */ 1 FROM a");
  });

  it("splits at semicolons and keeps the line of each statement's first word", () => {
    const found = split("-- head\nSELECT 1;\n\n  SELECT\n 2 ;SELECT 3\n-- tail\n");
    expect(found.map(({ text, line }) => [text, line])).toEqual([
      ["SELECT 1", 2],
      ["SELECT\n 2", 4],
      ["SELECT 3", 5],
    ]);
  });

  it.each([
    ["line comment", "SELECT 1 -- a; b\n+ 1; SELECT 2", 2],
    ["block comment", "SELECT /* ; \n ; */ 1; SELECT 2", 2],
    ["string", "SELECT ';', 'it''s; ' ; SELECT 2", 2],
    ["comment marks in a string", "SELECT '-- /*'; SELECT '*/'", 2],
    ["quotes in a comment", "-- don't\nSELECT 1; /* \" */ SELECT 2", 2],
    ["quoted name", 'SELECT "a;b", `c;d`; SELECT 2', 2],
    ["dollar quotes", "DO $$ BEGIN x; y; END $$; SELECT $tag$ ; $$ ; $tag$", 2],
    [
      "statement set",
      "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END; SELECT 1",
      2,
    ],
    [
      "CASE in a statement set",
      "EXECUTE STATEMENT SET begin INSERT INTO a SELECT CASE WHEN x THEN 1 END; end; SELECT 1",
      2,
    ],
    ["CASE outside one", "SELECT CASE x WHEN 1 THEN 2 END; SELECT 2", 2],
    ["BEGIN of a transaction", "BEGIN; SELECT 1; COMMIT;", 3],
    ["names that hold the words", "SELECT weekend, begin_at, endpoint; SELECT 2", 2],
    ["nothing", " ; -- just this\n;; /* and that */ ", 0],
  ])("is not misled by a %s", (_what, sql, count) => {
    expect(texts(sql)).toHaveLength(count);
  });

  it.each([
    ["SELECT 1;\nSELECT 'open", "a.sql:2: the string that starts here is never closed"],
    ["SELECT 1 /* open\n\n", "a.sql:1: the comment that starts here is never closed"],
    ['\n\nSELECT "open', "a.sql:3: the quoted name that starts here is never closed"],
    ["SELECT 1;\nEXECUTE STATEMENT SET\nBEGIN\nINSERT INTO a SELECT 1;", "a.sql:3: no END closes this BEGIN"],
    ["SELECT 1;\nSELECT CASE WHEN x THEN 1;", "a.sql:2: no END closes this CASE"],
  ])("reports file and line of an unclosed construct: %j", (sql, message) => {
    expect(() => split(sql)).toThrow(message);
  });

  it("neither loses nor adds text, whatever is between the semicolons", () => {
    const piece = fc.constantFrom("SELECT 1", "'a;b'", "-- c;\n", "/*;*/", "`x;y`", "$$;$$", "\n", " ", "(");
    fc.assert(
      fc.property(fc.array(fc.array(piece, { minLength: 1 }), { minLength: 1 }), (groups) => {
        const sql = groups.map((group) => group.join(" ")).join("\n;");
        const found = split(sql);
        for (const statement of found) {
          const start = sql
            .split("\n")
            .slice(0, statement.line - 1)
            .join("\n").length;
          expect(sql.indexOf(statement.text, start)).toBeGreaterThanOrEqual(start);
          expect(statement.text).toBe(statement.text.trim());
        }
        const meaningful = groups.filter((group) =>
          group.some((part) => /\S/.test(part) && !/^(--|\/\*)/.test(part)),
        );
        expect(found).toHaveLength(meaningful.length);
      }),
    );
  });
});

describe("canonical", () => {
  const canonical = (sql: string) => split(sql).map((statement) => statement.canonical);

  it("ignores comments, white space and line ends", () => {
    expect(canonical("-- a\nSELECT  1,\n\t2 -- b\n FROM t;")).toEqual(
      canonical("SELECT 1, 2 /* c */ FROM t"),
    );
  });

  it("respects white space in strings and between words", () => {
    expect(canonical("SELECT 'a  b'")).not.toEqual(canonical("SELECT 'a b'"));
    expect(canonical("SELECT a b")).not.toEqual(canonical("SELECT ab"));
  });
});

describe("places", () => {
  const [, statement] = split("SELECT 1;\n\nSELECT\n  x\nFROM t;");
  if (!statement) throw new Error("there are two statements");

  it("count lines from the statement's first line", () => {
    expect(placeOf(statement)).toBe("a.sql:3");
    expect(placeOf(statement, 2)).toBe("a.sql:4");
  });

  it("include the line of an offset", () => {
    expect(placeOfOffset(statement, statement.text.indexOf("FROM"))).toBe("a.sql:5");
  });
});
