import { expect, test } from "vitest";
import { isLiveProcess } from "../../../../cli/setup/docker-daemon.ts";

test.each([
  ["the engine itself", "588 (dockerd) S 1 588 588 0 -1", true],
  ["its remains that nobody has collected", "588 (dockerd) Z 1 588 588 0 -1", false],
  ["another program that got its number", "588 (bash) S 1 588 588 0 -1", false],
  ["one whose name holds parentheses", "588 (a) (dockerd) S 1 588 588 0 -1", false],
  ["nothing", "", false],
])("a pid file counts when it names a live engine: %s", (_, stat, live) => {
  expect(isLiveProcess(stat, "dockerd")).toBe(live);
});
