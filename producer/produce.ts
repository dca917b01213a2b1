import type { Clock } from "./clock.ts";
import type { Generator } from "./generator.ts";
import type { Pacer } from "./pacer.ts";
import type { KafkaRecord } from "./sender.ts";

/** At 300 bytes an event 600 KB, below the broker's 1 MB for a batch even if all went to one partition. */
export const MAX_BATCH = 2_000;
/** Events that fall due within this time share a request; far below a second, so that nobody waits for them. */
export const LINGER_MS = 20;

export interface ProduceOptions {
  readonly generate: Generator;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly deliver: (batch: readonly KafkaRecord[]) => Promise<void>;
  /** Events to produce; `Infinity` for no end. */
  readonly limit: number;
  /** Ends production. */
  readonly stop: AbortSignal;
}

/**
 * Produces at the pacer's rate until the limit or the stop, then waits for the batch in flight. While one
 * batch is in flight the next is made, and no more than that: a slow broker slows production down instead of
 * filling the memory.
 */
export async function produce(options: ProduceOptions): Promise<void> {
  const { generate, pacer, clock, deliver, limit, stop } = options;
  let inFlight: Promise<void> = Promise.resolve();
  let made = 0;
  while (!stop.aborted && made < limit) {
    const tickMs = clock.monotonicMs();
    const max = Math.min(MAX_BATCH, limit - made);
    const due = pacer.take(tickMs, max);
    if (due > 0) {
      const batch = recordsOf(generate, due, clock.unixMs());
      made += due;
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
