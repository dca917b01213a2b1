/** Up to this far behind its schedule, the producer catches up; older events are skipped. */
export const MAX_LAG_MS = 5_000;

/**
 * Computes how many events are due. Event k is due at `start + k / rate`, computed from k each time, so that rounding
 * errors do not add up: after any time t the count is floor(t × rate) + 1, because the first event is due at once.
 *
 * After a stall (an unreachable broker, a sleeping laptop) the schedule skips events instead of producing them in one
 * burst. `skipped` counts them. They were never produced, so none is lost.
 */
export class Pacer {
  readonly #eventsPerMs: number;
  readonly #maxLagEvents: number;
  readonly #startMs: number;
  /** Events of the schedule so far, including skipped ones. */
  #taken = 0;
  #skipped = 0;

  /**
   * @param rate events per second, above 0
   * @param startMs monotonic clock, milliseconds
   */
  constructor(rate: number, startMs: number) {
    this.#eventsPerMs = rate / 1000;
    // At very low rates one event must survive a stall.
    this.#maxLagEvents = Math.max(1, Math.floor(this.#eventsPerMs * MAX_LAG_MS));
    this.#startMs = startMs;
  }

  /** Events skipped because the producer was more than {@link MAX_LAG_MS} behind. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Takes the events that are due at `nowMs` off the schedule, `max` at most. */
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
