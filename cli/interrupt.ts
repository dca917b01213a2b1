import { Interrupted } from "./errors.ts";

/**
 * Ctrl-C and other signals, or the end of the entry process (bootstrap.mjs): the first asks for a graceful end, a later
 * one ends the command at once.
 *
 * One Ctrl-C can arrive several times: from the terminal, from npm, from the entry. Within a second they count as one.
 */
export function interruptSignal(say: (text: string) => void): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const interrupted = (signal: string) => {
    if (controller.signal.aborted) {
      if (Date.now() - first > 1_000) process.exit(130);
      return;
    }
    first = Date.now();
    say("Stopping; the current operation is finished first (again to stop at once) ...");
    controller.abort(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
  process.on("disconnect", () => interrupted("disconnect"));
  // Listening must not keep the process alive.
  process.channel?.unref();
  return controller.signal;
}

/** For work that can be abandoned at any moment and repeated later. @throws Interrupted, at once */
export async function droppable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let drop = () => {};
  const dropped = new Promise<never>((_, reject) => {
    drop = () => reject(new Interrupted());
  });
  if (signal.aborted) drop();
  signal.addEventListener("abort", drop);
  try {
    return await Promise.race([work, dropped]);
  } finally {
    signal.removeEventListener("abort", drop);
  }
}
