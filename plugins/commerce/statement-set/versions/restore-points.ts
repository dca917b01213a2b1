/** Savepoints and checkpoints: which of them a version can start from, and which can be deleted. Pure. */
import { changeVersion, currentVersion, type History, type Savepoint, type Version } from "./history.ts";

/** A file of a completed checkpoint or savepoint, as the cluster's files list it. */
interface CheckpointFile {
  path: string;
  /** Milliseconds since the epoch. */
  modified: number;
}

/**
 * The version's savepoints, and the checkpoints that its jobs left, the newest first.
 *
 * @param root URI of the folder that the paths are relative to
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

/** The newest savepoint that was taken of the same topic at that time or before, with its version. */
export function savepointBefore(
  history: History,
  time: Date,
): { version: Version; savepoint: Savepoint } | undefined {
  const topicId = currentVersion(history)?.ledger?.topicId;
  return history.versions
    .filter(({ outcome, ledger }) => outcome !== "failed" && ledger?.topicId === topicId)
    .flatMap((version) => version.savepoints.map((savepoint) => ({ version, savepoint })))
    .filter(({ savepoint }) => new Date(savepoint.at) <= time)
    .sort((a, b) => (a.savepoint.at < b.savepoint.at ? 1 : -1))[0];
}

/** Flink names a savepoint after its job. */
const SAVEPOINT_FILE = /^savepoints\/(savepoint-([0-9a-f]{6})-[^/]+)\/_metadata$/;

/** Adds the savepoints that a run requested but did not record because it was killed. */
export function adoptSavepoints(history: History, files: readonly CheckpointFile[], root: string): History {
  const known = history.versions.flatMap(({ savepoints }) => savepoints.map(({ path }) => path));
  return files.reduce((adopting, { path, modified }) => {
    const [, name = "", job] = SAVEPOINT_FILE.exec(path) ?? [];
    const version = history.versions.find(({ jobs }) => job && jobs.some((id) => id.startsWith(job)));
    if (!version || known.some((other) => other.endsWith(`/${name}`))) return adopting;
    const savepoint = { path: `${root}/savepoints/${name}`, at: new Date(modified).toISOString() };
    return changeVersion(adopting, version.version, ({ savepoints }) => ({
      savepoints: [...savepoints, savepoint].sort((a, b) => (a.at < b.at ? -1 : 1)),
    }));
  }, history);
}

/** The last versions are kept even without a savepoint, as a record of what was tried. */
const VERSIONS_KEPT = 10;

/**
 * Removes the oldest savepoints, all but `keep` of them and the last one of the current version, and the versions
 * that no restore can go back to any more.
 *
 * @returns the history without them, the savepoints' paths, and the versions' numbers
 */
export function expire(
  history: History,
  keep: number,
): { history: History; savepoints: string[]; versions: number[] } {
  const all = history.versions.flatMap(({ savepoints }) => savepoints).sort((a, b) => (a.at < b.at ? 1 : -1));
  const needed = currentVersion(history)?.savepoints.at(-1);
  const expired = new Set(
    all
      .slice(keep)
      .filter((savepoint) => savepoint !== needed)
      .map(({ path }) => path),
  );
  const thinned = history.versions.map((version) => ({
    ...version,
    savepoints: version.savepoints.filter(({ path }) => !expired.has(path)),
  }));
  const latest = thinned.slice(-VERSIONS_KEPT);
  const versions = thinned.filter(
    (version) => version.savepoints.length > 0 || version.outcome === "running" || latest.includes(version),
  );
  const removed = thinned.filter((version) => !versions.includes(version)).map(({ version }) => version);
  return { history: { ...history, versions }, savepoints: [...expired], versions: removed };
}
