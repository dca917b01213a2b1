/** What a change of a statement set means, and what tells two of them apart. Pure. */
import { createHash } from "node:crypto";
import { type ChangeTable, diffOfData } from "../../sdk/diff.ts";
import type { Diff, State } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";
import type { PostgresConnection } from "../clients/postgres.ts";
import { type SqlFile, type Statement, splitStatements } from "../sql/statements.ts";
import type { VersionSummary } from "./versions/history.ts";

export type UpgradePolicy = "resume" | "replay" | "stateless";

export interface StatementSetInputs {
  /** Address of the SQL Gateway and of the JobManager's REST API, as seen from this process. */
  gatewayUrl: string;
  restUrl: string;
  /** The job's `pipeline.name`: its identity within the cluster. */
  name: string;
  /** Rendered SQL; one statement set among it, everything else is run before it in the same session. */
  files: SqlFile[];
  /** Flink options of the session. */
  settings: Record<string, string>;
  /** Changes when the cluster is another one, whose JobManager knows nothing of the jobs before. */
  clusterId: string;
  /** The database of the sinks: they are compared with its tables before a job is submitted. */
  catalogue?: PostgresConnection;
  /**
   * What each column of the tables is known by, as the `Schema` resource gives it: a table that was dropped and made
   * again has lost its rows, and only a replay brings them back.
   */
  columns?: Record<string, string>;
  /** The topic that the job reads; a replay follows its way through it. */
  source: { bootstrapServers: string[]; topic: string; consumerGroup: string };
  /** The folder of checkpoints, savepoints and versions, in the cluster's containers. */
  stateDirectory: string;
  /** Default `running`; `paused`: the job is stopped with a savepoint, from which it goes on later. */
  desiredState: "running" | "paused";
  /**
   * What becomes of the job's state when its statements change. Default `resume`: carried over, and where that cannot
   * be the change is refused; `replay`: all tables are computed anew from the topic while readers go on seeing the
   * old ones; `stateless`: the same in place, half-built numbers to be seen.
   */
  upgradePolicy: UpgradePolicy;
  /** Any text; a change takes a savepoint. */
  savepointTrigger?: string;
  /** Any text; a change starts a replay, whatever the policy. */
  replayTrigger?: string;
  /** Default `beginning`; a time (ISO 8601): from the newest savepoint before it, if there is one. */
  replayFrom: string;
  /** How many savepoints are kept. Default 5. */
  savepointsKept: number;
  /** Default `purge`: the job is cancelled; `retain`: it ends with a savepoint, from which the next life goes on. */
  onDestroy: "retain" | "purge";
  /** Seconds until the job must be RUNNING with a checkpoint done. Default 120. */
  startTimeoutSeconds: number;
  /** Seconds that a new version must run without a failure, or the one before goes on. Default 10. */
  healthSeconds: number;
}

/**
 * Only what stays the same while all is well: a checkpoint's number would show as a change at each refresh.
 */
export interface StatementSetOutputs extends StatementSetInputs {
  /** Empty while paused. */
  jobId: string;
  /**
   * RUNNING or PAUSED, or what the last look found instead: one of Flink's other states, or MISSING (the cluster does
   * not know the job), CHANGED (it runs other statements), DUPLICATED (more than once), SPOILED (it runs,
   * but rows of its tables are missing or wrong), UNREACHABLE (no answer).
   */
  state: string;
  /** The number of the version that the tables are of. */
  version: number;
  /** What was tried and what won, the oldest first. */
  versions: VersionSummary[];
}

export const statementSetChanges: ChangeTable<StatementSetInputs> = {
  // Other ways to the same cluster; the update only confirms that the job runs.
  gatewayUrl: "update",
  restUrl: "update",
  name: "replace",
  files: "update",
  settings: "update",
  clusterId: "update",
  columns: "update",
  desiredState: "update",
  savepointTrigger: "update",
  replayTrigger: "update",
  // Only looked at when a job is submitted.
  catalogue: "ignore",
  source: "ignore",
  stateDirectory: "ignore",
  // These say how the next change is to be done.
  upgradePolicy: "ignore",
  replayFrom: "ignore",
  savepointsKept: "ignore",
  onDestroy: "ignore",
  startTimeoutSeconds: "ignore",
  healthSeconds: "ignore",
};

export function diffStatementSet(
  olds: State<StatementSetInputs, StatementSetOutputs>,
  news: StatementSetInputs,
): Diff {
  const diff = diffOfData(statementSetChanges, olds.inputs, news);
  const detailed = { ...diff.detailed };
  if (detailed.files && !containsUnknown(news.files) && sameJob(olds.inputs, news)) delete detailed.files;
  const should = olds.inputs.desiredState === "paused" ? "PAUSED" : "RUNNING";
  if (olds.outputs.state !== should) detailed.state = "update";
  // A job must not run twice, so the old name's ends before the new one's starts.
  return { ...diff, changes: Object.keys(detailed).length > 0, deleteBeforeReplace: true, detailed };
}

function sameJob(a: StatementSetInputs, b: StatementSetInputs): boolean {
  return fingerprint(a.files, {}) === fingerprint(b.files, {});
}

/**
 * Twelve hex digits that stand for what a job runs; they travel with the job, so that a later run knows its own.
 * Comments, white space and the cut into files do not count.
 */
export function fingerprint(files: SqlFile[], settings: Record<string, string>): string {
  const statements = splitStatements(files).map((statement) => statement.canonical);
  const options = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify({ statements, options })).digest("hex").slice(0, 12);
}

const STATEMENT_SET = /^EXECUTE(?=\s+STATEMENT\s+SET\b)/i;

export function isStatementSet(statement: Statement): boolean {
  return STATEMENT_SET.test(statement.text);
}

/** The same statement, planned but not run; lines stay as they are, so that an error's position is true. */
export function compileInstead(statement: Statement, planFile: string): string {
  return statement.text.replace(STATEMENT_SET, `COMPILE PLAN '${planFile}' FOR`);
}
