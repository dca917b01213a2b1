import type { EventSink } from "../events.ts";
import { Lines, type LinesOptions } from "./lines.ts";
import { Live } from "./live.ts";

export interface Display extends EventSink {
  /** Leaves the terminal as it should be. */
  close(): void;
}

/** Live in a terminal, plain lines everywhere else. */
export function createDisplay(stream: NodeJS.WriteStream, options: LinesOptions = {}): Display {
  const lines = new Lines((line) => stream.write(`${line}\n`), options);
  if (stream.isTTY && process.env.TERM !== "dumb" && !process.env.CI) return new Live(stream, lines);
  return { emit: (event) => lines.emit(event), close: () => undefined };
}
