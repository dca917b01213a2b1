/** The events of a topic that the job has not counted yet. */
import type { PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";
import { readTail } from "../../plugins/commerce/clients/kafka-tail.ts";
import type { PartitionRead } from "./positions.ts";

export interface TailEvent {
  readonly partition: number;
  readonly offset: bigint;
  /** When Kafka received it, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Its `transactionId`; undefined if it has none that could be in a table. */
  readonly id: string | undefined;
}

/** @param mostEvents after so many it stops, and is not complete */
export async function uncountedEvents(
  brokers: string,
  topic: string,
  read: readonly PartitionRead[],
  offsets: readonly PartitionOffsets[],
  mostEvents: number,
): Promise<{ readonly events: readonly TailEvent[]; readonly isComplete: boolean }> {
  const next = new Map(read.map((partition) => [partition.partition, partition.next]));
  const tail = await readTail(brokers.split(","), topic, next, offsets, mostEvents);
  return {
    events: tail.events.map(({ partition, offset, time, value }) => ({
      ...{ partition, offset, receivedAt: time },
      id: transactionId(value),
    })),
    isComplete: tail.isComplete,
  };
}

/** A string that Postgres can hold: an event with any other id is a dead letter. */
export function transactionId(value: Buffer | null): string | undefined {
  try {
    const { transactionId: id } = JSON.parse(value?.toString("utf8") ?? "null") ?? {};
    return typeof id === "string" && !id.includes("\0") ? id : undefined;
  } catch {
    return undefined;
  }
}
