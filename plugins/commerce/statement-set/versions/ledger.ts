/** What a version has read of its topic, beyond what the topic's offsets say. Pure. */
import { createHash } from "node:crypto";
import type { SourcePosition } from "../../clients/cluster-files.ts";
import type { PartitionOffsets } from "../../clients/kafka-admin.ts";

/**
 * The tables account for the topic's events as its end offsets count them, plus `carried`, minus those before `begin`
 * and minus `skipped`.
 */
export interface Ledger {
  /** Kafka's id of the topic: the version's offsets mean nothing in another one. */
  topicId: string;
  /** The offset at which it began to read a partition, where older events had expired. */
  begin: Record<string, number>;
  /** How many events expired before they were read, by the consent to go on without them. */
  skipped: Record<string, number>;
  /** The offset at which it went on after such events, by partition. */
  skippedTo?: Record<string, number>;
  /** How many events of earlier topics the tables account for. */
  carried: number;
}

/** Without state, a job reads what the topic still has. */
export function newLedger(topicId: string, offsets: readonly PartitionOffsets[]): Ledger {
  const expired = offsets.filter(({ earliest }) => earliest > 0n);
  const begin = Object.fromEntries(expired.map(({ partition, earliest }) => [partition, Number(earliest)]));
  return { topicId, begin, skipped: {}, carried: 0 };
}

/** @param topicId of the topic that exists; undefined if there is none */
export function isOtherTopic({ ledger }: { ledger?: Ledger }, topicId: string | undefined): boolean {
  return ledger !== undefined && ledger.topicId !== topicId;
}

export function skippedEvents(ledger: Ledger): number {
  return sum(Object.values(ledger.begin)) + acceptedLoss(ledger);
}

export function acceptedLoss({ skipped }: Ledger): number {
  return sum(Object.values(skipped));
}

/** Adds events that the user has consented to lose. */
export function withSkipped(ledger: Ledger, consent: string, gaps: readonly Gap[]): Ledger {
  const { skipped, skippedTo } = ledger;
  const ends = Object.fromEntries(gaps.map(({ partition, to }) => [partition, to]));
  return {
    ...ledger,
    skipped: { ...skipped, [consent]: countMissing(gaps) },
    skippedTo: { ...skippedTo, ...ends },
  };
}

/** Where it has begun to read, or gone on, by partition; 0 where no event had expired. */
export function readsFrom({ begin, skippedTo }: Ledger): Record<string, number> {
  return { ...begin, ...skippedTo };
}

/** The ledger of a job that goes on with the tables of an earlier topic, and reads another one from its beginning. */
export function carriedOver(
  before: Ledger,
  positions: readonly SourcePosition[],
  topicId: string,
  offsets: readonly PartitionOffsets[],
): Ledger {
  const read = sum(positions.map((position) => nextOffset(position, before)));
  return { ...newLedger(topicId, offsets), carried: before.carried + read - skippedEvents(before) };
}

/** A partition that has not been read yet is read from where the job began. */
export function nextOffset({ partition, offset }: SourcePosition, { begin }: Ledger): number {
  return offset >= 0n ? Number(offset) : (begin[partition] ?? 0);
}

/** Events of a partition that a start would never read. */
export interface Gap {
  partition: number;
  /** The offset that the job would read next. */
  from: number;
  /** The first offset that the partition still has. */
  to: number;
}

/** @param positions where the job would start; a partition that it does not know yet is read from its beginning */
export function gapsBetween(
  positions: readonly SourcePosition[],
  offsets: readonly PartitionOffsets[],
  ledger: Ledger,
): Gap[] {
  const known = new Map(positions.map((position) => [position.partition, position]));
  return offsets.flatMap(({ partition, earliest }) => {
    const position = known.get(partition) ?? { topic: "", partition, offset: -1n };
    const from = nextOffset(position, ledger);
    const to = Number(earliest);
    return from < to ? [{ partition, from, to }] : [];
  });
}

export function countMissing(gaps: readonly Gap[]): number {
  return sum(gaps.map(({ from, to }) => to - from));
}

/** Names what is consented to. It stays the same while more events expire, as the job does not read any meanwhile. */
export function consentTo(...what: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 8);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
