import type { Clock } from "./clock.ts";
import type { Counts } from "./counters.ts";
import type { Log, LogFields } from "./log.ts";
import type { Pacer } from "./pacer.ts";

export interface ProgressOptions {
  readonly counters: Counts;
  readonly pacer: Pick<Pacer, "skipped">;
  readonly clock: Clock;
  readonly log: Log;
  readonly intervalMs: number;
}

export interface ProgressLog {
  /** Stops logging. Returns the counts and the rate since the start. */
  end(): LogFields;
}

/** Logs a `progress` line at each interval: the counts so far, and the rate during the interval. */
export function startProgress({ counters, pacer, clock, log, intervalMs }: ProgressOptions): ProgressLog {
  const startMs = clock.monotonicMs();
  let lastMs = startMs;
  let lastAcknowledged = 0;

  const counts = (events: number, sinceMs: number, nowMs: number): LogFields => ({
    ...counters,
    unacknowledged: counters.sent - counters.acknowledged,
    skipped: pacer.skipped,
    eventsPerSecond: Math.round((events / Math.max(1, nowMs - sinceMs)) * 10_000) / 10,
  });

  const timer = setInterval(() => {
    const nowMs = clock.monotonicMs();
    log("progress", counts(counters.acknowledged - lastAcknowledged, lastMs, nowMs));
    lastMs = nowMs;
    lastAcknowledged = counters.acknowledged;
  }, intervalMs);

  return {
    end: () => {
      clearInterval(timer);
      return counts(counters.acknowledged, startMs, clock.monotonicMs());
    },
  };
}
