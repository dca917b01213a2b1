/** A stack that another checkout has created, as far as Docker shows it: a network and a volume with its labels. */

import { beforeAll, describe, expect, it } from "vitest";
import { LABELS, PROJECT } from "../../facts/pipeline.ts";
import { docker, stackResources } from "./support/docker.ts";
import { useStack } from "./support/stack.ts";

const STACK = "live-ownership";
const NAME = `${PROJECT}-${STACK}`;
const theirs = {
  [LABELS.project]: PROJECT,
  [LABELS.stack]: STACK,
  [LABELS.owner]: "11111111-2222-4333-8444-555555555555",
  [LABELS.folder]: "/home/other/commerce-pipeline",
};
const labels = Object.entries(theirs).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
const everything = { containers: [], networks: [NAME], volumes: [`${NAME}-postgres-data`] };
const refusal = "belongs to the checkout in /home/other/commerce-pipeline; nothing was changed";

const stack = useStack(STACK, {});

beforeAll(async () => {
  await docker("network", "create", ...labels, NAME);
  await docker("volume", "create", ...labels, `${NAME}-postgres-data`);
});

describe("a stack of another checkout", () => {
  it.each([
    ["preview", []],
    ["refresh", ["--yes"]],
    ["up", ["--yes"]],
    ["destroy", ["--yes"]],
    ["destroy", ["--yes", "--purge"]],
  ])("is left as it is by %s %j", async (verb, args) => {
    const { code, text } = await stack.workspace.commerce(verb, args);
    expect(text).toContain(refusal);
    expect(text).toContain("--take-over");
    expect(code).toBe(1);
    expect(await stackResources(STACK)).toEqual(everything);
  });

  it("of which only data is left is not deleted either", async () => {
    await docker("network", "rm", NAME);
    const { code, text } = await stack.workspace.commerce("destroy", ["--yes", "--purge"]);
    expect([code, text]).toEqual([1, expect.stringContaining(refusal)]);
    expect((await stackResources(STACK)).volumes).toEqual(everything.volumes);
  });

  it("is deleted with --take-over --purge", async () => {
    const { code, text } = await stack.workspace.commerce("destroy", ["--yes", "--take-over", "--purge"]);
    expect([code, text]).toEqual([0, expect.stringContaining("is gone")]);
    expect((await stackResources(STACK)).volumes).toEqual([]);
  });
});
