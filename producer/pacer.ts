/** So far behind its schedule the producer catches up; what lies further back is let go. */
export const MAX_LAG_MS = 5_000;

/**
 * Says how many events are due. Event k is due at `start + k / rate`, computed from k each time, so that no
 * rounding adds up: after any time t the count is floor(t × rate) + 1, the first event being due at once.
 *
 * After a stall (the broker away, a laptop asleep) the schedule moves on instead of asking for everything
 * missed in one burst; `skipped` says how many events that cost. Those were never made, so none is lost.
 */
export class Pacer {
  readonly #eventsPerMs: number;
  readonly #maxLagEvents: number;
  readonly #startMs: number;
  /** Events of the schedule so far, those let go included. */
  #taken = 0;
  #skipped = 0;

  /**
   * @param rate events per second, above 0
   * @param startMs monotonic clock, milliseconds
   */
  constructor(rate: number, startMs: number) {
    this.#eventsPerMs = rate / 1000;
    // At less than one event per lag a whole event must still survive the stall.
    this.#maxLagEvents = Math.max(1, Math.floor(this.#eventsPerMs * MAX_LAG_MS));
    this.#startMs = startMs;
  }

  /** Events let go because the producer was more than {@link MAX_LAG_MS} behind. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Takes what is due at `nowMs` off the schedule, `max` events at most. */
  take(nowMs: number, max: number): number {
    const due = Math.floor((nowMs - this.#startMs) * this.#eventsPerMs) + 1 - this.#taken;
    const tooLate = Math.max(0, due - this.#maxLagEvents);
    this.#skipped += tooLate;
    const count = Math.min(Math.max(0, due - tooLate), max);
    this.#taken += tooLate + count;
    return count;
  }

  /** Milliseconds from `nowMs` until an event is due; 0 if one is. */
  msUntilDue(nowMs: number): number {
    return Math.max(0, this.#startMs + this.#taken / this.#eventsPerMs - nowMs);
  }
}
