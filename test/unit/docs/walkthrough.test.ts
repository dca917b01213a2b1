import { describe, expect, it } from "vitest";
import { firstMissing, stepsOf } from "../../full/support/walkthrough.ts";

const document = [
  "# Title",
  "```sh",
  "npm start",
  "```",
  "## See it",
  "Text.",
  "```sh",
  "cat <<'EOF'",
  "one",
  "",
  "EOF",
  "```",
  "It prints:",
  "```",
  "one",
  "",
  "  two",
  "```",
  "```sql",
  "SELECT 1",
  "```",
  "```",
  "not an output",
  "```",
].join("\n");

describe("the steps of a document", () => {
  it("are its sh blocks, each with its section and the output shown below", () => {
    expect(stepsOf(document)).toEqual([
      { section: "", title: "npm start", commands: "npm start\n", shown: [] },
      {
        section: "See it",
        title: "cat <<'EOF'",
        commands: "cat <<'EOF'\none\n\nEOF\n",
        shown: ["one", "  two"],
      },
    ]);
  });

  it("have no output that stands in another section", () => {
    const text = "## A\n```sh\nls\n```\n## B\n```\nfile\n```\n";
    expect(stepsOf(text)).toEqual([{ section: "A", title: "ls", commands: "ls\n", shown: [] }]);
  });
});

describe("shown lines", () => {
  const output = "a first line\n  Rows     transactions 79, duplicates 1\n\nlast (1 row)\n";

  it.each([
    [["last (1 row)", "a first line"]],
    [["Rows transactions …, duplicates 1"]],
    [["…", "first", "…", "(1 row)", "…"]],
    [["Rows   …   duplicates"]],
    [["duplicates 1…"]],
    [[]],
  ])("match if each is part of a line: %j", (shown) => {
    expect(firstMissing(shown, output)).toBeUndefined();
  });

  it.each([
    ["another text", ["transactions 80"], "transactions 80"],
    ["a text across lines", ["line … Rows"], "line … Rows"],
    ["characters of a pattern", ["a.first"], "a.first"],
  ])("do not match %s", (_, shown, missing) => {
    expect(firstMissing(shown, output)).toBe(missing);
  });
});
