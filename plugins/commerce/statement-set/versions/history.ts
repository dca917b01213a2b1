/** The history of a statement set: its versions and their outcomes. Pure. */

import type { TopicReads, VersionSummary } from "../../../../facts/statement-set-outputs.ts";
import { acceptedLoss, type Ledger, readsFrom, skippedEvents } from "./ledger.ts";

/**
 * `starting`: submitted, not yet known to be healthy. `replaying`: fills its shadow tables. `swapping`: its shadow
 * tables are about to replace the real ones. `running`: the current version, paused or not. `superseded`: was the
 * current version until the next one was promoted. `failed`: never became the current version.
 */
type Outcome = "starting" | "replaying" | "swapping" | "running" | "superseded" | "failed";

export interface Savepoint {
  path: string;
  /** When it was requested, ISO 8601, UTC: it covers all events before that. */
  at: string;
}

export interface Version {
  /** From 1. */
  version: number;
  /** The fingerprint of what it runs. */
  hash: string;
  /** Flink options of its session. */
  settings: Record<string, string>;
  /** When it was first submitted, ISO 8601, UTC. */
  at: string;
  outcome: Outcome;
  /** Why it failed. */
  reason?: string;
  /** The jobs that ran it, the oldest first. */
  jobs: string[];
  /** Those that still exist, the oldest first. */
  savepoints: Savepoint[];
  /** What it has read. Absent until the first update that records it. */
  ledger?: Ledger;
  /** The trigger of this replay. It is handled once the version is promoted, even if the run is then killed. */
  replayTrigger?: string;
}

export interface History {
  versions: Version[];
  /** The identity of each column of the tables when the last update ended. */
  columns?: Record<string, string>;
  /** Rows are missing or wrong, and only a replay from the beginning corrects them. */
  needsReplay?: boolean;
  /** The triggers that have been handled, so that none is handled twice, even if a run is killed. */
  handled: { savepointTrigger?: string; replayTrigger?: string };
}

export const NO_HISTORY: History = { versions: [], handled: {} };

export const INTERRUPTED = "it was interrupted";

/** Also reads the name that `needsReplay` had in version 0.1. */
export function parseHistory(text: string): History {
  const { spoiled, ...history } = JSON.parse(text) as History & { spoiled?: boolean };
  return spoiled === undefined ? history : { needsReplay: spoiled, ...history };
}

/** The version that fills the tables. */
export function currentVersion(history: History): Version | undefined {
  return history.versions.findLast(({ outcome }) => outcome === "running");
}

export function versionOf(history: History, number: number | undefined): Version | undefined {
  return history.versions.find(({ version }) => version === number);
}

/** Adds a version that is about to be submitted. One that is still `starting` then was left by a killed run. */
export function addVersion(
  history: History,
  news: Pick<Version, "hash" | "settings" | "outcome" | "replayTrigger" | "ledger">,
  at: Date,
): [History, Version] {
  const version: Version = {
    ...news,
    version: (history.versions.at(-1)?.version ?? 0) + 1,
    at: at.toISOString(),
    jobs: [],
    savepoints: [],
  };
  const others = history.versions.map((other) =>
    other.outcome === "starting" ? { ...other, outcome: "failed" as const, reason: INTERRUPTED } : other,
  );
  return [{ ...history, versions: [...others, version] }, version];
}

export function changeVersion(
  history: History,
  number: number,
  edit: (version: Version) => Partial<Version>,
): History {
  const versions = history.versions.map((version) =>
    version.version === number ? { ...version, ...edit(version) } : version,
  );
  return { ...history, versions };
}

/**
 * Makes a healthy version the current one.
 *
 * @param isFromScratch it has recomputed every row, so that none is stale any more
 */
export function promote(history: History, number: number, isFromScratch = false): History {
  const versions = history.versions.map((version) => {
    if (version.version === number) return { ...version, outcome: "running" as const };
    return version.outcome === "running" ? { ...version, outcome: "superseded" as const } : version;
  });
  const replayTrigger = versionOf(history, number)?.replayTrigger ?? history.handled.replayTrigger;
  const handled = { ...history.handled, replayTrigger };
  return { ...history, versions, handled, ...(isFromScratch && { needsReplay: false }) };
}

export function summarizeReads(history: History): TopicReads | undefined {
  const ledger = currentVersion(history)?.ledger;
  if (!ledger) return undefined;
  return {
    topicId: ledger.topicId,
    skippedEvents: skippedEvents(ledger),
    acceptedLoss: acceptedLoss(ledger),
    readsFrom: readsFrom(ledger),
    carriedEvents: ledger.carried,
  };
}

export function summarize(history: History): VersionSummary[] {
  return history.versions.map(({ version, hash, at, outcome, reason, savepoints }) => {
    const savepoint = savepoints.at(-1)?.path;
    return {
      version,
      statements: hash,
      at,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      ...(savepoint === undefined ? {} : { savepoint }),
    };
  });
}
