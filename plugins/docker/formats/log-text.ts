import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";

/** The text of a log, or of a command's output, in a container without a terminal: Docker sends it in frames, one for each write. */
export async function logText({ modem }: Docker, log: Buffer): Promise<string> {
  const frames = new PassThrough();
  const output = new PassThrough();
  modem.demuxStream(frames, output, output);
  frames.on("end", () => output.end()).end(log);
  return text(output);
}
