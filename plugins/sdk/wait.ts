/** Bounded waiting. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Wait<T> {
  /** Completes "Waited N s for …". */
  what: string;
  timeoutSeconds: number;
  /** Default 250. */
  intervalMs?: number;
  signal?: AbortSignal;
  /** Any result but undefined ends the wait. */
  probe(): Promise<T | undefined>;
  /** Says why it took too long; appended to the error. */
  explain?(): Promise<string>;
}

export class TimedOut extends Error {}

/** @throws TimedOut, naming what was waited for. An error of the probe ends the wait as well. */
export async function waitFor<T>(wait: Wait<T>): Promise<T> {
  const deadline = performance.now() + wait.timeoutSeconds * 1000;
  for (;;) {
    const found = await wait.probe();
    if (found !== undefined) return found;
    wait.signal?.throwIfAborted();
    if (performance.now() >= deadline) {
      // The service that would explain it may be the one that hangs.
      const reason = await wait.explain?.().catch(() => undefined);
      throw new TimedOut(`Waited ${wait.timeoutSeconds} s for ${wait.what}.${reason ? ` ${reason}` : ""}`);
    }
    // Its own error does not say why the signal was aborted.
    const pause = sleep(wait.intervalMs ?? 250, undefined, { signal: wait.signal });
    await pause.catch(() => wait.signal?.throwIfAborted());
  }
}
