/** The versions of one statement set: what was tried, what won, and the savepoints that can be gone back to. Pure. */

/**
 * `starting`: submitted, not yet known to be healthy. `replaying`: filling its shadow tables. `swapping`: its shadow
 * tables are about to become the real ones. `running`: the one that counts, paused or not. `superseded`: was, until
 * the next one won. `failed`: never came to run.
 */
export type Outcome = "starting" | "replaying" | "swapping" | "running" | "superseded" | "failed";

export interface Savepoint {
  path: string;
  /** When it was asked for, ISO 8601, UTC: all events before are in it. */
  at: string;
}

export interface Version {
  /** From 1. */
  version: number;
  /** What it runs: see `fingerprint`. */
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
  /** Those that are still kept, the oldest first. */
  savepoints: Savepoint[];
  /** The trigger that this replay acts upon: done with when it wins, whatever becomes of the run. */
  replayTrigger?: string;
}

export interface History {
  versions: Version[];
  /** What each column of the tables was known by when the rows were last looked after. */
  columns?: Record<string, string>;
  /** Rows are missing or wrong, and only a replay from the beginning sets them right. */
  needsReplay?: boolean;
  /** The triggers that have been acted upon: a killed run is taken up by the next, and none is acted upon twice. */
  handled: { savepointTrigger?: string; replayTrigger?: string };
}

export const NO_HISTORY: History = { versions: [], handled: {} };

/** Also reads the name that `needsReplay` had in version 0.1. */
export function parseHistory(text: string): History {
  const { spoiled, ...history } = JSON.parse(text) as History & { spoiled?: boolean };
  return spoiled === undefined ? history : { needsReplay: spoiled, ...history };
}

/** The version that the tables are of. */
export function currentVersion(history: History): Version | undefined {
  return history.versions.findLast(({ outcome }) => outcome === "running");
}

export const INTERRUPTED = "it was interrupted";

export function versionOf(history: History, number: number | undefined): Version | undefined {
  return history.versions.find(({ version }) => version === number);
}

/** Adds a version that is about to be submitted. One that is still starting then belongs to a run that was killed. */
export function begin(
  history: History,
  news: Pick<Version, "hash" | "settings" | "outcome" | "replayTrigger">,
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

export function change(
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
 * The version came to run healthily: it is the one that counts from now on.
 *
 * @param isFromScratch it has computed every row anew, so that none is wrong any more
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

/** The newest savepoint that was taken at that time or before, with its version. */
export function savepointBefore(
  history: History,
  time: Date,
): { version: Version; savepoint: Savepoint } | undefined {
  return history.versions
    .filter(({ outcome }) => outcome !== "failed")
    .flatMap((version) => version.savepoints.map((savepoint) => ({ version, savepoint })))
    .filter(({ savepoint }) => new Date(savepoint.at) <= time)
    .sort((a, b) => (a.savepoint.at < b.savepoint.at ? 1 : -1))[0];
}

/**
 * Takes the oldest savepoints out, all but `keep` and the last one of the version that counts, and the versions that
 * nobody can go back to any more.
 *
 * @returns the history without them, the savepoints' paths, and the versions' numbers
 */
export function expire(
  history: History,
  keep: number,
): { history: History; savepoints: string[]; versions: number[] } {
  const all = history.versions.flatMap(({ savepoints }) => savepoints).sort((a, b) => (a.at < b.at ? 1 : -1));
  const needed = currentVersion(history)?.savepoints.at(-1);
  const expired = all.slice(keep).filter((savepoint) => savepoint !== needed);
  const old = new Set(expired.map(({ path }) => path));
  const thinned = history.versions.map((version) => ({
    ...version,
    savepoints: version.savepoints.filter(({ path }) => !old.has(path)),
  }));
  const known = thinned.slice(-VERSIONS_KEPT);
  const versions = thinned.filter(
    (version) => version.savepoints.length > 0 || version.outcome === "running" || known.includes(version),
  );
  const gone = thinned.filter((version) => !versions.includes(version)).map(({ version }) => version);
  return { history: { ...history, versions }, savepoints: [...old], versions: gone };
}

/** Those without a savepoint say only what was once tried. */
const VERSIONS_KEPT = 10;

/** A file of a completed checkpoint, as the cluster's files list it. */
export interface CheckpointFile {
  path: string;
  /** Milliseconds since the epoch. */
  modified: number;
}

/**
 * Where the version can go on from, the newest first: its savepoints, and the checkpoints that its jobs left.
 *
 * @param root URI of the folder that the files are listed below
 */
export function restorePoints(version: Version, files: readonly CheckpointFile[], root: string): string[] {
  const checkpoints = files
    .filter(
      ({ path }) => path.endsWith("/_metadata") && version.jobs.some((job) => path.includes(`/${job}/`)),
    )
    .map(({ path, modified }) => ({ path: `${root}/${path.slice(0, -"/_metadata".length)}`, at: modified }));
  const savepoints = version.savepoints.map(({ path, at }) => ({ path, at: Date.parse(at) }));
  return [...checkpoints, ...savepoints].sort((a, b) => b.at - a.at).map(({ path }) => path);
}

/** Flink names a savepoint after its job. */
const SAVEPOINT_FILE = /^savepoints\/(savepoint-([0-9a-f]{6})-[^/]+)\/_metadata$/;

/** Takes up the savepoints that somebody asked for who was killed before they were written down. */
export function adoptSavepoints(history: History, files: readonly CheckpointFile[], root: string): History {
  const known = history.versions.flatMap(({ savepoints }) => savepoints.map(({ path }) => path));
  return files.reduce((adopting, { path, modified }) => {
    const [, name = "", job] = SAVEPOINT_FILE.exec(path) ?? [];
    const version = history.versions.find(({ jobs }) => job && jobs.some((id) => id.startsWith(job)));
    if (!version || known.some((other) => other.endsWith(`/${name}`))) return adopting;
    const savepoint = { path: `${root}/savepoints/${name}`, at: new Date(modified).toISOString() };
    return change(adopting, version.version, ({ savepoints }) => ({
      savepoints: [...savepoints, savepoint].sort((a, b) => (a.at < b.at ? -1 : 1)),
    }));
  }, history);
}

/** What the stack's outputs tell of the history. */
export interface VersionSummary {
  version: number;
  statements: string;
  at: string;
  outcome: Outcome;
  reason?: string;
  savepoint?: string;
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
