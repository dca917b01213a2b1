import type { Clock } from "./clock.ts";
import type { Generator } from "./generator.ts";
import type { Pacer } from "./pacer.ts";
import type { KafkaRecord } from "./sender.ts";

/** 600 KB at 300 bytes an event: below the broker's limit of 1 MB for a batch even if all go to one partition. */
export const MAX_BATCH = 2_000;
/** Events that are due within this time share a request. Far below a second, so that the delay does not matter. */
export const LINGER_MS = 20;

export interface ProduceOptions {
  readonly generate: Generator;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly deliver: (batch: readonly KafkaRecord[]) => Promise<void>;
  /** Number of events to produce; `Infinity` for no limit. */
  readonly limit: number;
  /** Ends production. */
  readonly stop: AbortSignal;
}

/**
 * Produces at the pacer's rate until the limit or the stop signal, then waits for the batch in flight. While a batch
 * is in flight only the next one is created, so a slow broker slows production down instead of filling the memory.
 */
export async function produce(options: ProduceOptions): Promise<void> {
  const { generate, pacer, clock, deliver, limit, stop } = options;
  let inFlight: Promise<void> = Promise.resolve();
  let created = 0;
  while (!stop.aborted && created < limit) {
    const tickMs = clock.monotonicMs();
    const max = Math.min(MAX_BATCH, limit - created);
    const due = pacer.take(tickMs, max);
    if (due > 0) {
      const batch = recordsOf(generate, due, clock.unixMs());
      created += due;
      await inFlight;
      inFlight = deliver(batch);
    }
    if (due === max) continue;
    const now = clock.monotonicMs();
    await clock.sleep(Math.ceil(Math.max(tickMs + LINGER_MS - now, pacer.msUntilDue(now), 0)), stop);
  }
  await inFlight;
}

function recordsOf(generate: Generator, count: number, unixMs: number): KafkaRecord[] {
  return Array.from({ length: count }, () => {
    const event = generate(unixMs);
    return { key: event.transactionId, value: JSON.stringify(event) };
  });
}
