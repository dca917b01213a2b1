/** End-to-end latency on the full pipeline: from the moment an event is made to the moment Postgres shows it. */
import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../producer/clock.ts";
import { parseConfig } from "../producer/config.ts";
import { createGenerator } from "../producer/generator.ts";
import { connectKafka } from "../producer/kafka.ts";
import { Pacer } from "../producer/pacer.ts";
import { produce } from "../producer/produce.ts";
import type { Schema } from "./schema.ts";
import type { Bench } from "./stack.ts";
import { percentile } from "./statistics.ts";

export interface Latency {
  rate: number;
  /** What the rate came to. */
  eventsPerSecond: number;
  samples: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  max: number;
  /** Time between two looks at the table, in milliseconds: what the figures may be too high by. */
  resolution: { p50: number; p99: number };
  load: number;
}

/** At higher rates not each event is followed: looking for all of them would load what is measured. */
const SAMPLES_PER_SECOND = 200;
const PAUSE_MS = 3;
const LAST_ONES_MS = 20_000;

export interface LatencyPlan {
  rate: number;
  warmUpSeconds: number;
  seconds: number;
}

export async function measureLatency(
  bench: Bench,
  schema: Schema,
  topic: string,
  { rate, warmUpSeconds, seconds }: LatencyPlan,
): Promise<Latency> {
  const [load = 0] = os.loadavg();
  const kafka = connectKafka(
    parseConfig({ KAFKA_BOOTSTRAP_SERVERS: bench.outputs.kafkaBootstrapServers, TOPIC: topic }),
  );
  const generate = createGenerator();
  const every = Math.max(1, Math.round(rate / SAMPLES_PER_SECOND));
  const followed = new Map<string, number>();
  const stop = new AbortController();
  const startMs = performance.now();
  const measuredFrom = startMs + warmUpSeconds * 1000;
  let made = 0;
  let counted = 0;
  const producing = produce({
    generate: (unixMs) => {
      const event = generate(unixMs);
      const now = performance.now();
      if (made++ % every === 0) followed.set(event.transactionId, now);
      if (now >= measuredFrom) counted++;
      return event;
    },
    pacer: new Pacer(rate, startMs),
    clock: systemClock,
    deliver: (batch) => kafka.send(batch),
    limit: Number.POSITIVE_INFINITY,
    stop: stop.signal,
  }).finally(() => kafka.disconnect());

  const endMs = measuredFrom + seconds * 1000;
  const watching = watch(schema, followed, measuredFrom, endMs + LAST_ONES_MS, stop.signal);
  await sleep(endMs - performance.now());
  stop.abort();
  await producing;
  const { latencies, gaps } = await watching;
  return {
    rate,
    eventsPerSecond: counted / seconds,
    samples: latencies.length,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: percentile(latencies, 1),
    resolution: { p50: percentile(gaps, 0.5), p99: percentile(gaps, 0.99) },
    load,
  };
}

/** Looks for the followed events until all are there; what was made before `fromMs` is looked for and not counted. */
async function watch(
  schema: Schema,
  followed: Map<string, number>,
  fromMs: number,
  deadlineMs: number,
  stopped: AbortSignal,
): Promise<{ latencies: number[]; gaps: number[] }> {
  const latencies: number[] = [];
  const gaps: number[] = [];
  let lastLook = performance.now();
  while (!stopped.aborted || followed.size > 0) {
    if (performance.now() > deadlineMs) {
      throw new Error(
        `${followed.size} events are not in Postgres ${LAST_ONES_MS / 1000} s after the last was sent`,
      );
    }
    const rows = await schema.prepared(
      "seen",
      "SELECT transactionId AS id FROM transactions WHERE transactionId = ANY($1)",
      [[...followed.keys()]],
    );
    const now = performance.now();
    gaps.push(now - lastLook);
    lastLook = now;
    for (const { id } of rows) {
      const madeAt = followed.get(id as string) ?? now;
      followed.delete(id as string);
      if (madeAt >= fromMs) latencies.push(now - madeAt);
    }
    await sleep(PAUSE_MS);
  }
  return { latencies, gaps };
}
