/** Finds the deliveries of an event in the topic. */
import { END, followTopic, type TopicEvent } from "../events/follow.ts";
import type { StackTopic } from "../events/topic.ts";
import { isDelivery } from "./facts.ts";
import type { Ranges } from "./ranges.ts";

interface SearchOptions {
  readonly id: string;
  /** Ends the search. */
  readonly signal: AbortSignal;
  /** Called with each batch; true ends the search, as everything has been found. */
  onProgress(found: readonly TopicEvent[], looked: number): boolean;
}

/** @returns how many events were looked at, and whether these were all in the ranges */
export async function searchTopic(
  topic: StackTopic,
  ranges: Ranges,
  { id, signal, onProgress }: SearchOptions,
): Promise<{ readonly looked: number; readonly isComplete: boolean }> {
  const waiting = new Map(ranges);
  let looked = 0;
  let isEnough = false;
  if (waiting.size === 0) return { looked, isComplete: true };
  const begin = new Map([...ranges].map(([partition, { from }]) => [partition, from]));
  await followTopic(topic, begin, signal, (events, partition, next) => {
    const range = ranges.get(partition);
    if (range === undefined) return undefined;
    const inside = events.filter(({ offset }) => offset >= range.from && offset < range.to);
    looked += inside.length;
    isEnough ||= onProgress(
      inside.filter(({ value }) => isDelivery(value, id)),
      inside.length,
    );
    if (next >= range.to) waiting.delete(partition);
    return isEnough || waiting.size === 0 ? END : undefined;
  });
  return { looked, isComplete: isEnough || waiting.size === 0 };
}
