import type { Clock } from "./clock.ts";
import type { Counters } from "./counters.ts";
import type { Log } from "./log.ts";

export interface KafkaRecord {
  readonly key: string;
  readonly value: string;
}

/** The one thing the sender needs of Kafka. */
export interface KafkaSession {
  /**
   * Resolves once the broker has acknowledged the whole batch. A batch that failed may be given again and is
   * then stored once, if no other batch was given in between.
   *
   * @throws ProducerIdLostError if that promise cannot be kept for this batch; the next call starts afresh
   */
  send(batch: readonly KafkaRecord[]): Promise<void>;
}

/**
 * The broker no longer knows this producer's sequence numbers (its log was deleted, say), so that it cannot
 * tell whether it holds the batch already. Sending it again may store it twice; consumers see that by the
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
  /** Once aborted, a batch that is not acknowledged yet is given up. */
  readonly giveUp: AbortSignal;
}

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 3_000;

/** Backoff before attempt `failures + 1`: doubles each time up to the longest, ±20 % so that producers spread. */
export function backoffMs(failures: number, fraction: number = Math.random()): number {
  const base = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
  return base * (0.8 + 0.4 * fraction);
}

/**
 * Delivers one batch at a time and tries until the broker has it. One at a time is what makes a retry exact:
 * the broker recognises a batch that it already has by its sequence numbers, and no later batch can have
 * moved them on.
 */
export class Sender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Resolves when the batch is acknowledged, or given up; the counters tell which. Never rejects. */
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

/** True once the promise resolved, false if the signal aborted first; what becomes of the promise then is of no interest. */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(false);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(() => resolve(true), reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** The message, then that of the root cause: "no connection" alone does not say that a host name is wrong. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  let root = error;
  while (root.cause instanceof Error) root = root.cause;
  return root.message === error.message ? error.message : `${error.message} (${root.message})`;
}
