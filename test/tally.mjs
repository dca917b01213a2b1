// Counts of a run of several stages. Pure; plain JavaScript as test/run.mjs.

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
