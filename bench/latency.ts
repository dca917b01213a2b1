/** End-to-end latency of the full pipeline: from the creation of an event until a query finds it in Postgres. */
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
  /** The rate that was reached. */
  eventsPerSecond: number;
  samples: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  max: number;
  /** Milliseconds between two polls of the table: by how much the figures may be too high. */
  resolution: { p50: number; p99: number };
  load: number;
}

/** At higher rates only some events are followed: polling for all of them would load the measured system. */
const SAMPLES_PER_SECOND = 200;
const PAUSE_MS = 3;
const LAST_EVENTS_MS = 20_000;

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
  let created = 0;
  let counted = 0;
  const producing = produce({
    generate: (unixMs) => {
      const event = generate(unixMs);
      const now = performance.now();
      if (created++ % every === 0) followed.set(event.transactionId, now);
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
  const watching = watch(schema, followed, measuredFrom, endMs + LAST_EVENTS_MS, stop.signal);
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

/** Polls until all followed events are in the table. Events created before `fromMs` are not counted. */
async function watch(
  schema: Schema,
  followed: Map<string, number>,
  fromMs: number,
  deadlineMs: number,
  stopped: AbortSignal,
): Promise<{ latencies: number[]; gaps: number[] }> {
  const latencies: number[] = [];
  const gaps: number[] = [];
  let lastPoll = performance.now();
  while (!stopped.aborted || followed.size > 0) {
    if (performance.now() > deadlineMs) {
      throw new Error(
        `${followed.size} events are not in Postgres ${LAST_EVENTS_MS / 1000} s after the last was sent`,
      );
    }
    const rows = await schema.prepared(
      "seen",
      "SELECT transactionId AS id FROM transactions WHERE transactionId = ANY($1)",
      [[...followed.keys()]],
    );
    const now = performance.now();
    gaps.push(now - lastPoll);
    lastPoll = now;
    for (const { id } of rows) {
      const createdAt = followed.get(id as string) ?? now;
      followed.delete(id as string);
      if (createdAt >= fromMs) latencies.push(now - createdAt);
    }
    await sleep(PAUSE_MS);
  }
  return { latencies, gaps };
}
