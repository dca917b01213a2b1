import type { EventSink } from "../events.ts";
import { Lines, type LinesOptions } from "./lines.ts";
import { Live } from "./live.ts";
import { painter } from "./texts.ts";

export interface Display extends EventSink {
  /** Leaves the terminal as it should be. */
  close(): void;
}

/** A live tree in a terminal; plain lines everywhere else, and where properties are to be shown. */
export function createDisplay(stream: NodeJS.WriteStream, options: LinesOptions = {}): Display {
  const paint = painter(stream);
  const lines = new Lines((line) => stream.write(`${line}\n`), options, paint);
  const isLive = stream.isTTY && process.env.TERM !== "dumb" && !process.env.CI && !options.diff;
  if (isLive) return new Live(stream, lines, paint);
  const timer = setInterval(() => lines.tick(), 1_000).unref();
  return { emit: (event) => lines.emit(event), close: () => clearInterval(timer) };
}
