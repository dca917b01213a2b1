// What a run of several stages comes to. Pure; plain JavaScript as test/run.mjs.
import { stripVTControlCharacters } from "node:util";

const SHOWN_LINES = 6;
const SHOWN_COLUMNS = 160;

/**
 * The counts of one stage. A stage that failed without a failing test (it did not compile, a linter
 * complained, a file could not be loaded) counts as one failure: the sum must never look green.
 *
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number } | undefined} report
 *   vitest's JSON report, of a stage that has tests and came to its end
 * @param {boolean} ok
 */
export function testCounts(report, ok) {
  const passed = report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  return { passed, failed: ok ? failed : Math.max(1, failed), skipped };
}

/** @param {readonly { passed: number, failed: number, skipped: number }[]} all */
export function closingLine(all) {
  const sum = (key) => all.reduce((total, counts) => total + counts[key], 0);
  return `${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`;
}

/**
 * What a log must end with for a reader who sees only its end: the first failure of each file, as later ones often
 * follow from it. A command's output ends with its error, so the last lines of a message are the ones that are kept.
 *
 * @param {import("./tally.d.mts").Report | undefined} report
 * @returns {string[]} lines
 */
export function firstFailures(report) {
  return (report?.testResults ?? []).flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.find(({ status }) => status === "failed");
    if (failed !== undefined) return described(failed.fullName, failed.failureMessages.join("\n"));
    // A file that could not be loaded, or whose hook failed, has no failed test.
    return message ? described(name, message) : [];
  });
}

/**
 * @param {import("./tally.d.mts").Report | undefined} report
 * @returns {string[]} the files that were not started
 */
export function leftOut(report) {
  return (report?.testResults ?? [])
    .filter(
      ({ assertionResults: tests }) => tests.length > 0 && tests.every(({ status }) => status === "pending"),
    )
    .map(({ name }) => name);
}

function described(title, message) {
  const lines = stripVTControlCharacters(message)
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return [
    `FAILED ${title}`,
    ...lines.slice(-SHOWN_LINES).map((line) => `    ${line.slice(0, SHOWN_COLUMNS)}`),
  ];
}
