interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
interface TestFile {
  name: string;
  message: string;
  assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
}
/** The part of vitest's JSON report that is read. */
export interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: TestFile[];
}
export function testCounts(report: Omit<Report, "testResults"> | undefined, ok: boolean): Counts;
export function closingLine(all: readonly Counts[]): string;
export function firstFailures(report: Pick<Report, "testResults"> | undefined): string[];
export function leftOut(report: Pick<Report, "testResults"> | undefined): string[];
