/** From what runs and what has been, to what is to be done. Pure. */
import type { Job } from "../../clients/flink-rest.ts";
import { currentVersion, type History, type Version, versionOf } from "./history.ts";

/** A job that has not ended, with what it says of itself in its parameters. */
export interface LiveJob extends Job {
  /** Fingerprint of the statements and settings that it runs. */
  hash?: string;
  version?: number;
  /** It writes into shadow tables. */
  shadow: boolean;
}

export interface Wanted {
  hash: string;
  desiredState: "running" | "paused";
  upgradePolicy: "resume" | "replay" | "stateless";
  savepointTrigger?: string;
  replayTrigger?: string;
  /** Sink tables that have lost rows, as they were dropped and made again. */
  lostRows: readonly string[];
}

export type Action =
  /** The right job runs; all that is left is to see that it is well, and to take a savepoint if one is asked for. */
  | { kind: "adopt"; job: LiveJob; savepoint: boolean }
  /** Nothing is to run. */
  | { kind: "pause"; job?: LiveJob }
  /** Starts the wanted version from the state of the one before, which runs or not. */
  | { kind: "resume"; job?: LiveJob; before: Version }
  /** Builds all tables anew, aside, while readers go on seeing the old ones; `isRepair`: only for rows that are lost or wrong. */
  | { kind: "replay"; job?: LiveJob; before: Version; isRepair: boolean }
  /** Starts without state: the first version, or because the policy says so, or because nothing is known of what runs. */
  | { kind: "start"; job?: LiveJob };

export interface Decision {
  action: Action;
  /** Jobs of the name that must not be. */
  unexpected: LiveJob[];
  /** Rows are found to be missing or wrong. */
  hasStaleRows: boolean;
}

/** @param live jobs of the name, the longest-running first */
export function decide(wanted: Wanted, live: readonly LiveJob[], history: History): Decision {
  const before = currentVersion(history);
  const normal = live.filter((job) => !job.shadow && versionOf(history, job.version)?.outcome !== "failed");
  const own = normal.find((job) => job.hash === wanted.hash);
  const job = own ?? normal.find(({ version }) => version === before?.version) ?? normal[0];
  const unexpected = live.filter((other) => other !== job);
  const hasStaleRows =
    wanted.lostRows.length > 0 ||
    // What ran beside the right job may have written older sums last; so may one that ran although none was to.
    unexpected.some(({ state }) => state === "RUNNING") ||
    (wanted.desiredState === "paused" && job !== undefined && job.version !== before?.version);
  const needsReplay = hasStaleRows || history.needsReplay === true;
  return {
    action: act(wanted, job, own !== undefined, before, needsReplay, history),
    unexpected,
    hasStaleRows,
  };
}

function act(
  wanted: Wanted,
  job: LiveJob | undefined,
  isOwn: boolean,
  before: Version | undefined,
  needsReplay: boolean,
  history: History,
): Action {
  if (wanted.desiredState === "paused") return { kind: "pause", job };
  const changed = !isOwn && before !== undefined && before.hash !== wanted.hash;
  const isAskedFor =
    isDue(wanted, "replayTrigger", history) || (changed && wanted.upgradePolicy === "replay");
  if (before && isAskedFor) return { kind: "replay", job, before, isRepair: false };
  // A change comes first: it is refused or carried out, and then the rows are mended.
  if (before && !changed && needsReplay) return { kind: "replay", job, before, isRepair: true };
  if (job && isOwn) return { kind: "adopt", job, savepoint: isDue(wanted, "savepointTrigger", history) };
  if (before && !(changed && wanted.upgradePolicy === "stateless")) return { kind: "resume", job, before };
  return { kind: "start", job };
}

function isDue(wanted: Wanted, trigger: "savepointTrigger" | "replayTrigger", { handled }: History): boolean {
  return wanted[trigger] !== undefined && wanted[trigger] !== handled[trigger];
}
