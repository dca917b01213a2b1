/** Decides what an update has to do, from what is wanted, what runs and what the history says. Pure. */
import type { JobChoice } from "../../../../facts/job-choices.ts";
import type { Job } from "../../clients/flink-rest.ts";
import { currentVersion, type History, type Version, versionOf } from "./history.ts";
import { isOtherTopic } from "./ledger.ts";

/** A job that has not ended, with what its parameters say. */
export interface LiveJob extends Job {
  /** Fingerprint of the statements and settings that it runs. */
  hash?: string;
  version?: number;
  /** It writes to shadow tables. */
  isShadow: boolean;
}

export interface Wanted {
  hash: string;
  desiredState: JobChoice<"desiredState">;
  upgradePolicy: JobChoice<"upgradePolicy">;
  savepointTrigger?: string;
  replayTrigger?: string;
  /** The topic that exists; undefined if there is none, or if no job is to run. */
  topicId?: string;
  /** Sink tables that lost rows because they were dropped and recreated. */
  lostRows: readonly string[];
}

export type Action =
  /** The right job runs: check its health, and take a savepoint if one is asked for. */
  | { kind: "adopt"; job: LiveJob; wantsSavepoint: boolean }
  /** No job is to run. */
  | { kind: "pause"; job?: LiveJob }
  /** Start the wanted version from the state of the previous one, whether that one runs or not. */
  | { kind: "resume"; job?: LiveJob; before: Version }
  /** Rebuild all tables aside while readers see the old rows. `isRepair`: only because rows are lost or wrong. */
  | { kind: "replay"; job?: LiveJob; before: Version; isRepair: boolean }
  /** Keep the state and the tables, but read another topic from its beginning: only with consent. */
  | { kind: "carryOver"; job?: LiveJob; before: Version }
  /** Start without state: the first version, the policy says so, or the version of the running job is unknown. */
  | { kind: "start"; job?: LiveJob };

interface Decision {
  action: Action;
  /** Jobs of that name that must not run. */
  unexpected: LiveJob[];
  /** Rows are missing or wrong. */
  hasStaleRows: boolean;
}

/** @param live jobs of that name, the longest-running first */
export function decide(wanted: Wanted, live: readonly LiveJob[], history: History): Decision {
  const before = currentVersion(history);
  const normal = live.filter((job) => !job.isShadow && versionOf(history, job.version)?.outcome !== "failed");
  const own = normal.find((job) => job.hash === wanted.hash);
  const job = own ?? normal.find(({ version }) => version === before?.version) ?? normal[0];
  const unexpected = live.filter((other) => other !== job);
  const hasStaleRows =
    wanted.lostRows.length > 0 ||
    // A second job may have overwritten rows with older sums; so may a job that ran although none was wanted.
    unexpected.some(({ state }) => state === "RUNNING") ||
    (wanted.desiredState === "paused" && job !== undefined && job.version !== before?.version);
  const needsReplay = hasStaleRows || history.needsReplay === true;
  const action = actionFor(wanted, job, own !== undefined, before, needsReplay, history);
  return { action, unexpected, hasStaleRows };
}

function actionFor(
  wanted: Wanted,
  job: LiveJob | undefined,
  isOwn: boolean,
  before: Version | undefined,
  needsReplay: boolean,
  history: History,
): Action {
  if (wanted.desiredState === "paused") return { kind: "pause", job };
  const reading = versionOf(history, job?.version) ?? before;
  // Nothing may be started from offsets of another topic, nor a replay of it empty the tables.
  if (before && reading && isOtherTopic(reading, wanted.topicId))
    return wanted.upgradePolicy === "stateless" ? { kind: "start", job } : { kind: "carryOver", job, before };
  const isChanged = !isOwn && before !== undefined && before.hash !== wanted.hash;
  const isReplayWanted =
    isDue(wanted, "replayTrigger", history) || (isChanged && wanted.upgradePolicy === "replay");
  if (before && isReplayWanted) return { kind: "replay", job, before, isRepair: false };
  // A change comes first: it is refused or made. Then the stale rows are replayed.
  if (before && !isChanged && needsReplay) return { kind: "replay", job, before, isRepair: true };
  if (job && isOwn) return { kind: "adopt", job, wantsSavepoint: isDue(wanted, "savepointTrigger", history) };
  if (before && !(isChanged && wanted.upgradePolicy === "stateless")) return { kind: "resume", job, before };
  return { kind: "start", job };
}

function isDue(wanted: Wanted, trigger: "savepointTrigger" | "replayTrigger", { handled }: History): boolean {
  return wanted[trigger] !== undefined && wanted[trigger] !== handled[trigger];
}
