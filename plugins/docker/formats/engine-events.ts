import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/** One line of the engine's answer to a build, an import or a pull. */
export interface EngineEvent {
  readonly stream?: string;
  readonly status?: string;
  /** The layer that `status` is about. */
  readonly id?: string;
  /** Bytes. */
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  /** Why it failed; the HTTP status of the answer is 200 nevertheless. */
  readonly error?: string;
}

/**
 * Reads an engine's answer, one JSON object per line, to its end.
 *
 * @throws Error when an event reports a failure, when the stream breaks off, or after `limitMs`
 */
export async function followEvents(
  stream: NodeJS.ReadableStream,
  limitMs: number,
  onEvent: (event: EngineEvent) => void = () => {},
): Promise<void> {
  const timeout = new Promise<never>((_, reject) => {
    const message = `not done after ${limitMs / 60_000} minutes`;
    setTimeout(() => reject(new Error(message)), limitMs).unref();
  });
  try {
    await Promise.race([readToEnd(stream, onEvent), timeout]);
  } finally {
    // An open connection would keep the process alive.
    if (stream instanceof Readable) stream.destroy();
  }
}

async function readToEnd(
  stream: NodeJS.ReadableStream,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  const broken = new Promise<never>((_, reject) => stream.once("error", reject));
  const done = (async () => {
    let failure: string | undefined;
    for await (const line of createInterface({ input: stream })) {
      if (line.trim() === "") continue;
      const event: EngineEvent = JSON.parse(line);
      onEvent(event);
      failure ??= event.error;
    }
    if (failure !== undefined) throw new Error(failure);
  })();
  await Promise.race([done, broken]);
}
