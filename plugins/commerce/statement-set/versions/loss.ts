/** Starts that would lose events or mix two topics: refused, unless the user has decided how to go on. */
import type { SourcePosition } from "../../clients/cluster-files.ts";
import type { StatementSetInputs } from "../diff.ts";
import type { Version } from "./history.ts";
import {
  consentTo,
  countMissing,
  type Gap,
  gapsBetween,
  type Ledger,
  nextOffset,
  withSkipped,
} from "./ledger.ts";
import type { Run } from "./run.ts";
import { topicOffsets } from "./source.ts";

/** The user has to decide. Nothing was changed, or the job is stopped with its state. */
export class LossRefused extends Error {}

/** Events that a start would never read. */
export interface Loss {
  gaps: Gap[];
  events: number;
  /** What `acceptLoss` has to be to go on without these events. */
  consent: string;
}

const WAYS = (consent: string, how: string, rest: string) =>
  `Set acceptLoss to "${consent}" to go on with the tables as they are${how}, or upgradePolicy to "stateless" ` +
  `to empty the tables, after a copy of each, and rebuild them from ${rest}.`;

/** The events that a start from that savepoint or checkpoint would skip, if there are any. */
export async function lossOf(run: Run, ledger: Ledger | undefined, from: string): Promise<Loss | undefined> {
  const positions = await positionsAt(run, from);
  // The file is gone, or its version is older than the ledger.
  if (positions.length === 0 || !ledger) return undefined;
  const gaps = gapsBetween(positions, await topicOffsets(run), ledger);
  if (gaps.length === 0) return undefined;
  const read = positions.map((position) => [position.partition, nextOffset(position, ledger)]);
  return { gaps, events: countMissing(gaps), consent: consentTo("expired", ledger.topicId, read.sort()) };
}

/** @throws LossRefused unless the user has consented to it */
export function refuseLostEvents({ name, source, acceptLoss }: StatementSetInputs, loss: Loss): void {
  if (acceptLoss === loss.consent) return;
  const parts = loss.gaps.map(
    ({ partition, from, to }) => `${to - from} in partition ${partition} (offsets ${from} to ${to - 1})`,
  );
  throw new LossRefused(
    `Topic ${source.topic} no longer has ${loss.events} events that job ${name} has not read: ${parts.join(", ")}. ` +
      `They expired or were deleted. ${WAYS(loss.consent, ", without these events", "what the topic still has")}`,
  );
}

/** @throws LossRefused unless the user has consented to go on with the tables as they are */
export function refuseOtherTopic(
  news: StatementSetInputs,
  version: Version,
  topicId: string | undefined,
): void {
  const isAccepted = news.acceptLoss === consentTo("topic", version.ledger?.topicId, topicId);
  if (topicId === undefined || !isAccepted) throw otherTopic(news, version, topicId);
}

/** @param topicId of the topic that exists; undefined if there is none */
export function otherTopic(
  { name, source }: StatementSetInputs,
  { ledger }: Version,
  topicId: string | undefined,
): LossRefused {
  const what = `Topic ${source.topic} is not the one that job ${name} has read`;
  const why =
    "The job's offsets mean nothing in another topic, and its tables hold rows of events that are not in it.";
  if (topicId === undefined)
    return new LossRefused(
      `${what}: that one (id ${ledger?.topicId}) is gone. If it is created again, it is another topic. ${why} ` +
        `The next \`up\` creates it, and names the ways to go on.`,
    );
  const consent = consentTo("topic", ledger?.topicId, topicId);
  return new LossRefused(
    `${what}: it was deleted and created again (id ${topicId}, before ${ledger?.topicId}). ${why} ` +
      WAYS(consent, " and read the new topic from its beginning", "the new topic"),
  );
}

/** @returns where the topic's partitions are read next; empty if there is no such savepoint or checkpoint */
export async function positionsAt({ store, news }: Run, from: string): Promise<SourcePosition[]> {
  return (await store.positions(from)).filter(({ topic }) => topic === news.source.topic);
}

/** Records a consent, before the start that uses it. */
export async function recordSkipped(
  { store, progress, news }: Run,
  version: Version,
  loss: Loss,
): Promise<void> {
  progress.log("warning", `job ${news.name} goes on without ${loss.events} events that have expired`);
  await store.change(version.version, ({ ledger }) =>
    ledger ? { ledger: withSkipped(ledger, loss.consent, loss.gaps) } : {},
  );
}
