import Docker from "dockerode";
import { expect, it } from "vitest";
import { logText } from "../../../../../plugins/docker/formats/log-text.ts";

const engine = new Docker({ host: "127.0.0.1" });

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

it("joins the frames of both output streams", async () => {
  const frames = [frame(1, "one\n"), frame(2, "zwölf\n"), frame(1, "")];
  expect(await logText(engine, Buffer.concat(frames))).toBe("one\nzwölf\n");
});

it("is empty if nothing was logged", async () => {
  expect(await logText(engine, Buffer.alloc(0))).toBe("");
});
