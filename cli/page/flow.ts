/** Throughput and latency, from what the topic and the tables had at successive moments. Pure. */
import type { Sample } from "./facts.ts";

export interface Flow {
  readonly seconds: number;
  /** Events per second, from one sample to the next. */
  readonly arrived: readonly number[];
  readonly written: readonly number[];
  /** Undefined if no event arrived, or none of them reached the tables while the samples were taken. */
  readonly latency: Latency | undefined;
}

/** From when an event is in Kafka to when its row can be read, as exact as the samples are close. */
export interface Latency {
  readonly events: number;
  readonly medianMs: number;
  readonly slowestMs: number;
}

export function flowOf(samples: readonly Sample[]): Flow {
  const [first] = samples;
  const last = samples.at(-1);
  return {
    seconds: first && last ? (last.at - first.at) / 1000 : 0,
    arrived: rates(samples, ({ arrived }) => arrived),
    written: rates(samples, ({ written }) => written),
    latency: latencyOf(samples),
  };
}

function rates(samples: readonly Sample[], of: (sample: Sample) => ReadonlyMap<number, bigint>): number[] {
  return samples.slice(1).map((sample, at) => {
    const before = samples[at] ?? sample;
    const seconds = (sample.at - before.at) / 1000;
    let events = 0n;
    for (const [partition, offset] of of(sample)) events += offset - (of(before).get(partition) ?? offset);
    // A job that starts again counts from its checkpoint.
    return seconds > 0 ? Math.max(0, Number(events) / seconds) : 0;
  });
}

/** Events that arrive between two samples are taken to arrive at the second one. */
function latencyOf(samples: readonly Sample[]): Latency | undefined {
  const waits = samples
    .slice(1)
    .flatMap((sample, at) => {
      const before = samples[at] ?? sample;
      return [...sample.arrived].map(([partition, offset]) => {
        const events = Number(offset - (before.arrived.get(partition) ?? offset));
        const reached = samples.find((later) => (later.written.get(partition) ?? -1n) >= offset);
        return { events, ms: reached === undefined ? undefined : Math.max(0, reached.at - sample.at) };
      });
    })
    .filter((wait): wait is { events: number; ms: number } => wait.events > 0 && wait.ms !== undefined)
    .sort((a, b) => a.ms - b.ms);
  const events = waits.reduce((sum, wait) => sum + wait.events, 0);
  let counted = 0;
  const median = waits.find((wait) => {
    counted += wait.events;
    return counted * 2 >= events;
  });
  const slowest = waits.at(-1);
  return median && slowest && { events, medianMs: median.ms, slowestMs: slowest.ms };
}
