import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../../producer/clock.ts";
import { createGenerator } from "../../../producer/generator.ts";
import { Pacer } from "../../../producer/pacer.ts";
import { LINGER_MS, MAX_BATCH, produce } from "../../../producer/produce.ts";
import type { KafkaRecord } from "../../../producer/sender.ts";

const START_MS = 1_800_000_000_000;

/** A clock that moves only in `sleep`. */
function simulatedClock() {
  let nowMs = 0;
  const clock: Clock = {
    unixMs: () => START_MS + nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { clock, advance, now: () => nowMs };
}

async function run(options: { rate: number; seconds?: number; limit?: number; deliverMs?: number }) {
  const { clock, advance, now } = simulatedClock();
  const stop = new AbortController();
  const batches: (readonly KafkaRecord[])[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  await produce({
    generate: createGenerator(1),
    pacer: new Pacer(options.rate, 0),
    clock,
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    stop: stop.signal,
    deliver: async (batch) => {
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      // Long enough for the loop to continue if it did not wait.
      await turn();
      advance(options.deliverMs ?? 0);
      batches.push(batch);
      inFlight--;
      if (options.seconds !== undefined && now() >= options.seconds * 1000) stop.abort();
    },
  });
  return { batches, mostInFlight, events: batches.flat(), endedAtMs: now() };
}

describe("production", () => {
  it.each([0.1, 1, 200, 10_000, 50_000])("keeps %d events/s", async (rate) => {
    const seconds = Math.max(2, 20 / rate);
    const { events } = await run({ rate, seconds });
    expect(Math.abs(events.length - rate * seconds - 1)).toBeLessThanOrEqual(1 + (rate * LINGER_MS) / 1000);
  });

  it("shares requests at high rates, up to the largest batch", async () => {
    const { batches } = await run({ rate: 50_000, seconds: 2, deliverMs: 60 });
    expect(batches.length).toBeLessThan(100_000 / 1_000);
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(MAX_BATCH);
  });

  it("has one batch in flight at a time", async () => {
    const { mostInFlight } = await run({ rate: 50_000, seconds: 2, deliverMs: 5 });
    expect(mostInFlight).toBe(1);
  });

  it("ends exactly at the limit, with every event delivered", async () => {
    const { events } = await run({ rate: 50_000, limit: 12_345 });
    expect(events).toHaveLength(12_345);
    expect(new Set(events.map((event) => event.key)).size).toBe(12_345);
  });

  it("does not wait for another event once the limit is reached", async () => {
    const { events, endedAtMs } = await run({ rate: 0.1, limit: 3 });
    expect(events).toHaveLength(3);
    expect(endedAtMs).toBe(20_000);
  });

  it("uses the transactionId as the key and the time of creation as the date", async () => {
    const { events } = await run({ rate: 1, limit: 3 });
    const made = events.map(({ key, value }) => ({ key, event: JSON.parse(value) }));
    for (const { key, event } of made) expect(event.transactionId).toBe(key);
    expect(made.map(({ event }) => Date.parse(event.transactionDate) - START_MS)).toEqual([0, 1_000, 2_000]);
  });

  it("produces nothing after it was stopped", async () => {
    const batches: unknown[] = [];
    await produce({
      generate: createGenerator(1),
      pacer: new Pacer(1, 0),
      clock: simulatedClock().clock,
      deliver: async (batch) => void batches.push(batch),
      limit: 10,
      stop: AbortSignal.abort(),
    });
    expect(batches).toEqual([]);
  });
});
