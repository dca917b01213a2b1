/** Runs the tests on containers. A file whose turn comes after the time of `--minutes` is skipped, hooks included. */
import { type RunnerTestSuite, TestRunner } from "vitest";

const until = Number(process.env.COMMERCE_TESTS_START_UNTIL ?? Number.POSITIVE_INFINITY);

export default class extends TestRunner {
  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if ("filepath" in suite && Date.now() > until) suite.mode = "skip";
    await super.onBeforeRunSuite(suite);
  }
}
