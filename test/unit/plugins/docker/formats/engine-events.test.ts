import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { type EngineEvent, followEvents } from "../../../../../plugins/docker/formats/engine-events.ts";

const minute = 60_000;
const lines = (...events: EngineEvent[]) =>
  Readable.from(events.map((event) => `${JSON.stringify(event)}\r\n`));

test("every event is passed on, wherever the chunks are cut", async () => {
  const heard: EngineEvent[] = [];
  const chunks = Readable.from(['{"stream":"Step 1', '/2"}\r\n{"stre', 'am":"Step 2/2"}\n']);
  await followEvents(chunks, minute, (event) => heard.push(event));
  expect(heard).toEqual([{ stream: "Step 1/2" }, { stream: "Step 2/2" }]);
});

test("an error event is a failure, even if the stream ends normally", async () => {
  const build = lines({ stream: "Step 1/1" }, { error: "returned a non-zero code: 100" });
  await expect(followEvents(build, minute)).rejects.toThrow("returned a non-zero code: 100");
});

test("a stream that breaks off is a failure", async () => {
  const broken = new Readable({ read() {} });
  const followed = followEvents(broken, minute);
  broken.push('{"stream":"Step 1/2"}\n');
  broken.destroy(new Error("socket hang up"));
  await expect(followed).rejects.toThrow("socket hang up");
});

test("a stream that never ends is abandoned at the limit", async () => {
  await expect(followEvents(new Readable({ read() {} }), 60)).rejects.toThrow(/not done after 0.001 minutes/);
});
