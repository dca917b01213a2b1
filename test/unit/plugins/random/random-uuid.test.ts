import { expect, it } from "vitest";
import { randomUuid } from "../../../../plugins/random/random-uuid.ts";
import { testContext } from "../../../live/plugins/support.ts";

it("a UUID is its resource's id, differs from the next one, and stays the same when it is read", async () => {
  const inputs = { keepers: { folder: "/a" } };
  const first = await randomUuid.create(inputs, testContext());
  const second = await randomUuid.create(inputs, testContext());
  expect(first.outputs).toEqual({ ...inputs, id: first.id, result: first.id });
  expect(first.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(second.id).not.toBe(first.id);
  expect(await randomUuid.read(first.id, { inputs, outputs: first.outputs })).toEqual({ inputs, ...first });
});

it("a UUID is replaced when a keeper changes", () => {
  const olds = { inputs: { keepers: { folder: "/a" } }, outputs: { id: "x", result: "x" } };
  expect(randomUuid.diff("x", olds, { keepers: { folder: "/b" } }).replaces).toEqual(["keepers"]);
  expect(randomUuid.diff("x", olds, olds.inputs).changes).toBe(false);
});
