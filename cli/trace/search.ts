/** Finds the deliveries of an event in the topic. */
import {
  END,
  type Ranges,
  readRanges,
  type TopicEvent,
} from "../../plugins/commerce/clients/kafka-reader.ts";
import { readOptions, type StackTopic } from "../events/topic.ts";
import { isDelivery } from "./facts.ts";

interface SearchOptions {
  readonly id: string;
  /** Ends the search. */
  readonly signal: AbortSignal;
  /** Called with each batch; true ends the search, as everything has been found. */
  onProgress(found: readonly TopicEvent[], looked: number): boolean;
}

/** @returns whether the ranges were read, or everything was found before */
export async function searchTopic(
  topic: StackTopic,
  ranges: Ranges,
  { id, signal, onProgress }: SearchOptions,
): Promise<boolean> {
  let isEnough = false;
  const isRead = await readRanges(readOptions(topic, signal), ranges, (events) => {
    const found = events.filter(({ value }) => isDelivery(value, id));
    isEnough ||= onProgress(found, events.length);
    return isEnough ? END : undefined;
  });
  return isRead || isEnough;
}
