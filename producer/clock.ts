import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** Unix time in milliseconds; may jump. For dates in events. */
  unixMs(): number;
  /** Milliseconds since a fixed point; never goes back. For pacing and measuring. */
  monotonicMs(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  unixMs: Date.now,
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};
