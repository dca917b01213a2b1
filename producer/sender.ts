import type { Clock } from "./clock.ts";
import type { Counters } from "./counters.ts";
import type { Log } from "./log.ts";

export interface KafkaRecord {
  readonly key: string;
  readonly value: string;
  readonly headers?: Record<string, string>;
}

/** What the sender needs from Kafka. */
export interface KafkaSession {
  /**
   * Resolves when the broker has acknowledged the batch. A batch that failed may be sent again, and is then stored
   * once if no other batch was sent in between.
   *
   * @throws ProducerIdLostError if that cannot be guaranteed for this batch; the next call uses a new producer id
   */
  send(batch: readonly KafkaRecord[]): Promise<void>;
}

/**
 * The broker no longer knows this producer's sequence numbers (because its log was deleted, for example), so it cannot
 * tell whether it has stored the batch already. Sending it again may store it twice, which consumers detect by the
 * transactionId. Not sending it again could lose it, which is worse.
 */
export class ProducerIdLostError extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = "ProducerIdLostError";
  }
}

export interface SenderOptions {
  readonly session: KafkaSession;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly log: Log;
  readonly onAcknowledged: () => void;
  /** When aborted, a batch that is not acknowledged yet is given up. */
  readonly giveUp: AbortSignal;
}

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 3_000;

/** Backoff before attempt `failures + 1`: doubles each time up to the longest, ±20 % so that producers spread out. */
export function backoffMs(failures: number, fraction: number = Math.random()): number {
  const base = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
  return base * (0.8 + 0.4 * fraction);
}

/**
 * Delivers one batch at a time and retries until the broker has it. Sending one at a time makes retries exact: the
 * broker recognises a batch that it already has by its sequence numbers, and no later batch can have advanced them.
 */
export class Sender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Resolves when the batch is acknowledged or given up, as the counters show. Never rejects. */
  async deliver(batch: readonly KafkaRecord[]): Promise<void> {
    const { session, counters, clock, log, onAcknowledged, giveUp } = this.#options;
    counters.sent += batch.length;
    for (let failures = 0; !giveUp.aborted; ) {
      try {
        const acknowledged = await unlessAborted(session.send(batch), giveUp);
        if (!acknowledged) return;
        counters.acknowledged += batch.length;
        onAcknowledged();
        if (failures > 0) log("recovered", { batch: batch.length, attempts: failures + 1 });
        return;
      } catch (error) {
        failures++;
        counters.retries++;
        if (error instanceof ProducerIdLostError) counters.possibleDuplicates += batch.length;
        const waitMs = Math.round(backoffMs(failures));
        log("retrying", { batch: batch.length, failures, nextAttemptInMs: waitMs, reason: reasonOf(error) });
        await clock.sleep(waitMs, giveUp);
      }
    }
  }
}

/** True when the promise has resolved, false if the signal aborts first; the promise is then ignored. */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(false);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(() => resolve(true), reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** The message and that of the root cause: "no connection" alone does not show that a host name is wrong. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  let root = error;
  while (root.cause instanceof Error) root = root.cause;
  return root.message === error.message ? error.message : `${error.message} (${root.message})`;
}
