interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}
export function testCounts(report: Report | undefined, ok: boolean): Counts;
export function closingLine(all: readonly Counts[]): string;
