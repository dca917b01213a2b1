import { describe, expect, it } from "vitest";
import { closingLine, firstFailures, leftOut, testCounts } from "../../tally.mjs";

describe("the closing line of a test run", () => {
  const report = { numPassedTests: 10, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };

  it("sums the stages", () => {
    const none = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
    expect(closingLine([testCounts(report, false), testCounts(none, true)])).toBe(
      "15 passed, 1 failed, 3 skipped",
    );
  });

  it("counts a stage that failed without a failing test", () => {
    expect(testCounts(undefined, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(testCounts({ ...report, numFailedTests: 0 }, false).failed).toBe(1);
    expect(testCounts(undefined, true)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

function test(fullName: string, status: string, failureMessages: string[] = []) {
  return { fullName, status, failureMessages };
}
function file(assertionResults: ReturnType<typeof test>[], message = "") {
  return { name: "drift.test.ts", message, assertionResults };
}

describe("the failures at the end of a run", () => {
  it("are the first of each file, with the end of the message and without colours and stack", () => {
    const output = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");
    const message = `\u001b[31mAssertionError: ${output}\u001b[39m\n\n    at up (drift.test.ts:59:26)`;
    const tests = [
      test("starts", "passed"),
      test("drifts", "failed", [message]),
      test("ends", "failed", ["later"]),
    ];
    expect(firstFailures({ testResults: [file(tests)] })).toEqual([
      "FAILED drifts",
      ...[14, 15, 16, 17, 18, 19].map((index) => `    line ${index}`),
    ]);
  });

  it("name a file that has none, but failed", () => {
    expect(firstFailures({ testResults: [file([], "SyntaxError: x")] })).toEqual([
      "FAILED drift.test.ts",
      "    SyntaxError: x",
    ]);
  });

  it("are none of a green run, or of a stage without tests", () => {
    expect(firstFailures({ testResults: [file([test("starts", "passed")])] })).toEqual([]);
    expect(firstFailures(undefined)).toEqual([]);
  });
});

it("the files that were left out are those of which no test was started", () => {
  const late = { ...file([test("starts", "pending"), test("ends", "pending")]), name: "late.test.ts" };
  const some = file([test("starts", "passed"), test("ends", "skipped")]);
  expect(leftOut({ testResults: [late, some, file([], "SyntaxError: x")] })).toEqual(["late.test.ts"]);
  expect(leftOut(undefined)).toEqual([]);
});
