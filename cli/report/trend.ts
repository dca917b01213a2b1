/** How the numbers of successive reports change. Pure. */
import { count } from "../format.ts";
import type { StackReport } from "./facts.ts";

/** One look at the pipeline. */
export interface Sample {
  /** Milliseconds of any clock that does not jump. */
  readonly at: number;
  /** Events in the topic, and how many of them the job has read, since the tables count. */
  readonly arrived: number;
  readonly read: number;
}

/** As many as a line of 80 columns shows. */
const MOST_SAMPLES = 20;
const BARS = "▁▂▃▄▅▆▇█";

/** Adds a look to those so far. A report without an account adds none. */
export function addSample(samples: readonly Sample[], report: StackReport, now: number): readonly Sample[] {
  const { account } = report;
  if (account === undefined) return samples;
  const { eventsIn, unread } = account;
  return [...samples, { at: now, arrived: eventsIn, read: eventsIn - unread }].slice(-MOST_SAMPLES);
}

/** What has arrived and what was read, per second, and what waits; nothing for the first look. */
export function trendLines(samples: readonly Sample[]): string[] {
  if (samples.length < 2) return [];
  const arrived = rates(samples, ({ arrived }) => arrived);
  const read = rates(samples, ({ read }) => read);
  const waiting = samples.map(({ arrived, read }) => arrived - read);
  return [
    `${bars(arrived)}  ${count(last(arrived))} a second arrive in Kafka`,
    `${bars(read)}  ${count(last(read))} a second are read by the job`,
    `${bars(waiting.slice(1))}  ${count(last(waiting))} wait`,
  ];
}

function rates(samples: readonly Sample[], of: (sample: Sample) => number): number[] {
  return samples.slice(1).map((sample, at) => {
    const before = samples[at] ?? sample;
    const seconds = (sample.at - before.at) / 1000;
    // A job that is down may read events again.
    return seconds > 0 ? Math.max(0, Math.round((of(sample) - of(before)) / seconds)) : 0;
  });
}

/** A bar for each number, from zero to the largest. */
export function bars(numbers: readonly number[]): string {
  const most = Math.max(...numbers, 1);
  return numbers
    .map((number) => BARS[Math.min(BARS.length - 1, Math.floor((number / most) * (BARS.length - 1)))])
    .join("");
}

function last(numbers: readonly number[]): number {
  return numbers.at(-1) ?? 0;
}
