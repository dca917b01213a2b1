/** The lines of a log that Docker sends in frames, one for each write of a container without a terminal. */

export interface LogLine {
  /** As Docker prints it, with nanoseconds: `2026-01-31T12:00:00.123456789Z`. Empty if Docker has not sent one. */
  readonly time: string;
  readonly text: string;
}

const HEADER_BYTES = 8;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?/;

/**
 * Reads frames as they arrive, with Docker's timestamps. Docker splits a line of more than 16 KiB into several frames,
 * each with a timestamp: they become one line again.
 */
export class LogLines {
  #rest = Buffer.alloc(0);
  /** The beginning of a line, by stream: 1 is standard output, 2 standard error. */
  readonly #begun = new Map<number, LogLine>();

  push(chunk: Buffer): LogLine[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const lines: LogLine[] = [];
    while (this.#rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#rest.readUInt32BE(4);
      if (this.#rest.length < end) break;
      lines.push(...this.#frame(this.#rest.readUInt8(0), this.#rest.toString("utf8", HEADER_BYTES, end)));
      this.#rest = this.#rest.subarray(end);
    }
    return lines;
  }

  /** What has no line break yet. */
  end(): LogLine[] {
    const lines = [...this.#begun.values()];
    this.#begun.clear();
    return lines;
  }

  #frame(stream: number, frame: string): LogLine[] {
    const time = TIME.exec(frame);
    const begun = this.#begun.get(stream);
    this.#begun.delete(stream);
    const line = {
      time: begun?.time || (time?.[1] ?? ""),
      text: (begun?.text ?? "") + frame.slice(time?.[0].length ?? 0),
    };
    if (line.text.endsWith("\n")) return [{ ...line, text: line.text.replace(/\r?\n$/, "") }];
    this.#begun.set(stream, line);
    return [];
  }
}

/** The lines of a log that was read to its end. */
export function logLines(log: Buffer): LogLine[] {
  const lines = new LogLines();
  return [...lines.push(log), ...lines.end()];
}
