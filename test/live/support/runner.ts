/** Runs the tests on containers. A file that might not be done within the time of `--minutes` is skipped, hooks included. */
import { type RunnerTestSuite, TestRunner } from "vitest";
import { isDoneBy } from "./file-minutes.ts";

const end = Number(process.env.COMMERCE_TESTS_END ?? Number.POSITIVE_INFINITY);

export default class extends TestRunner {
  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    const { file } = suite;
    if (suite.id === file.id && !isDoneBy(file.filepath, end, Date.now())) suite.mode = "skip";
    await super.onBeforeRunSuite(suite);
  }
}
