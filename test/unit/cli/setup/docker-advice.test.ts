import { expect, test } from "vitest";
import { adviceFor, type Situation } from "../../../../cli/setup/docker-advice.ts";

const nothingThere: Situation = {
  platform: "linux",
  endpoint: { url: "unix:///var/run/docker.sock", source: "this platform's default", isDefault: true },
  error: "connect ENOENT /var/run/docker.sock",
  installed: false,
};

test.each<[string, Partial<Situation>, RegExp]>([
  ["an engine is missing on Linux", {}, /Install it/],
  ["it is installed but down", { installed: true }, /systemctl start docker/],
  ["the user may not use it", { error: "connect EACCES /var/run/docker.sock" }, /group `docker`/],
  ["macOS", { platform: "darwin" }, /Docker Desktop/],
  ["Windows", { platform: "win32" }, /Docker Desktop/],
])("when %s", (_, difference, advice) => {
  expect(adviceFor({ ...nothingThere, ...difference })).toMatch(advice);
});

test("a chosen address is named with its source, on every platform", () => {
  const endpoint = { url: "tcp://lab:2375", source: "DOCKER_HOST", isDefault: false };
  expect(adviceFor({ ...nothingThere, platform: "darwin", endpoint })).toContain("DOCKER_HOST");
});
