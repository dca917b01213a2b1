/** A statement set's inputs and outputs, and what a change of each input means. Pure. */
import { createHash } from "node:crypto";
import type { JobChoice } from "../../../facts/job-choices.ts";
import type { TopicReads, VersionSummary } from "../../../facts/statement-set-outputs.ts";
import { type ChangeTable, diffOfData } from "../../sdk/diff.ts";
import type { Diff, State } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";
import type { PostgresConnection } from "../clients/postgres.ts";
import { type SqlFile, type Statement, splitStatements } from "../sql/statements.ts";

export interface StatementSetInputs {
  /** Address of the SQL Gateway and of the JobManager's REST API, as seen from this process. */
  gatewayUrl: string;
  restUrl: string;
  /** The job's `pipeline.name`: its identity within the cluster. */
  name: string;
  /** Rendered SQL with one statement set; all other statements run in the same session. */
  files: SqlFile[];
  /** Flink options of the session. */
  settings: Record<string, string>;
  /** Changes when the cluster is replaced: the new JobManager does not know the old jobs. */
  clusterId: string;
  /** The database that the sinks write to: they are compared with its tables before a job is submitted. */
  sinkDatabase?: PostgresConnection;
  /**
   * The identity of each column of the tables, from the `Schema` resource: a table that was dropped and recreated has
   * lost its rows, and only a replay brings them back.
   */
  columns?: Record<string, string>;
  /** The topic that the job reads; a replay compares its progress with it. */
  source: { bootstrapServers: string[]; topic: string; consumerGroup: string };
  /** From the `Topic` resource: a change makes an update look whether the topic is another one. */
  topicId?: string;
  /**
   * The text that a refusal names, to go on although events that were not read have expired, or although the topic was
   * deleted and created again. It fits only the one loss.
   */
  acceptLoss?: string;
  /** The folder of checkpoints, savepoints and versions, in the cluster's containers. */
  stateDirectory: string;
  /** Default `running`; `paused`: the job is stopped with a savepoint, from which it resumes later. */
  desiredState: JobChoice<"desiredState">;
  /**
   * What happens to the job's state when its statements change. Default `resume`: the state is carried over, and a
   * change that it does not fit is refused. `replay`: all tables are rebuilt from the topic while readers still see
   * the old rows. `stateless`: all tables are rebuilt in place, and readers see the partial results.
   */
  upgradePolicy: JobChoice<"upgradePolicy">;
  /** Any text; a change takes a savepoint. */
  savepointTrigger?: string;
  /** Any text; a change starts a replay, whatever the policy. */
  replayTrigger?: string;
  /** Default `beginning`; a time (ISO 8601): from the newest savepoint before it, if there is one. */
  replayFrom: string;
  /** How many savepoints are kept. Default 5. */
  savepointsKept: number;
  /**
   * Default `purge`: the job is cancelled. `retain`: it is stopped with a savepoint, from which the next start
   * resumes.
   */
  onDestroy: JobChoice<"onDestroy">;
  /** Seconds within which the job must be RUNNING and have completed a checkpoint. Default 120. */
  startTimeoutSeconds: number;
  /** Seconds that a new version must run without a failure, or it is rolled back. Default 10. */
  healthSeconds: number;
}

/**
 * Only values that are stable while the job is healthy: a checkpoint's number would show as a change at each refresh.
 */
export interface StatementSetOutputs extends StatementSetInputs {
  /** Empty while paused. */
  jobId: string;
  /**
   * RUNNING or PAUSED, or what the last refresh found instead: one of Flink's other states, or MISSING (the cluster does
   * not know the job), CHANGED (it runs other statements), DUPLICATED (it runs more than once), STALE (it runs, but rows
   * of its tables are missing or wrong), OTHER_TOPIC (the topic is not the one that it has read), UNREACHABLE (no answer).
   */
  state: string;
  /** The number of the version that fills the tables. */
  version: number;
  /** The versions that were tried, the oldest first. */
  versions: VersionSummary[];
  /** What the current version has read, beyond what the topic's offsets say. */
  reads?: TopicReads;
}

export const statementSetChanges: ChangeTable<StatementSetInputs> = {
  // Another address of the same cluster: the update only confirms that the job runs.
  gatewayUrl: "update",
  restUrl: "update",
  name: "replace",
  files: "update",
  settings: "update",
  clusterId: "update",
  columns: "update",
  topicId: "update",
  acceptLoss: "update",
  desiredState: "update",
  savepointTrigger: "update",
  replayTrigger: "update",
  // Only used when a job is submitted.
  sinkDatabase: "ignore",
  source: "ignore",
  stateDirectory: "ignore",
  // These say how to make the next change.
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
  // The name of `sinkDatabase` in version 0.1. An input that is not in the table would replace the job.
  const { catalogue, ...before } = olds.inputs as StatementSetInputs & { catalogue?: PostgresConnection };
  const diff = diffOfData(statementSetChanges, before, news);
  const detailed = { ...diff.detailed };
  if (detailed.files && !containsUnknown(news.files) && haveSameStatements(olds.inputs, news))
    delete detailed.files;
  const expected = olds.inputs.desiredState === "paused" ? "PAUSED" : "RUNNING";
  if (olds.outputs.state !== expected) detailed.state = "update";
  // Two jobs must not write to the same tables, so the old one ends before the new one starts.
  return { ...diff, changes: Object.keys(detailed).length > 0, deleteBeforeReplace: true, detailed };
}

function haveSameStatements(olds: StatementSetInputs, news: StatementSetInputs): boolean {
  return fingerprint(splitStatements(olds.files), {}) === fingerprint(splitStatements(news.files), {});
}

/**
 * Twelve hex digits that identify what a job runs. The job carries them, so that a later run recognizes it. Comments,
 * white space and the division into files do not count.
 */
export function fingerprint(statements: readonly Statement[], settings: Record<string, string>): string {
  const options = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const content = JSON.stringify({ statements: statements.map(({ canonical }) => canonical), options });
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}
