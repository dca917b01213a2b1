import { Interrupted } from "./errors.ts";

/**
 * Ctrl-C and its like, or the end of our own entry: the first asks for a graceful end, a later one ends at once.
 *
 * One press can arrive several times: from the terminal, from npm, from our own entry. Within a second they
 * are the same.
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
    say("Stopping; what is under way is finished first (again to stop at once) ...");
    controller.abort(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
  process.on("disconnect", () => interrupted("disconnect"));
  // Listening alone is no reason to stay.
  process.channel?.unref();
  return controller.signal;
}

/** For work that can be dropped at any moment and taken up again. @throws Interrupted as soon as it is asked for. */
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
