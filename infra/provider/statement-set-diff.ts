/** What a change of a statement set means, and what tells two of them apart. Pure. */
import { createHash } from "node:crypto";
import { type ChangeTable, diffByTable } from "../../plugin/diff.ts";
import type { CheckFailure, Diff, State } from "../../plugin/provider.ts";
import { containsUnknown } from "../../plugin/values.ts";
import type { PostgresConnection } from "./clients/postgres.ts";
import { placeOf, type SqlFile, type Statement, splitStatements } from "./statements.ts";

export type UpgradePolicy = "resume" | "stateless";

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
  /** The database of the JDBC sinks: they are compared with its tables before a job is submitted. */
  catalogue?: PostgresConnection;
  /** Default `resume`: a new version starts from the state of the one before; `stateless`: from none. */
  upgradePolicy: UpgradePolicy;
  /** Seconds until the job must be RUNNING with a checkpoint done. Default 120. */
  startTimeoutSeconds: number;
}

/**
 * Only what stays the same while all is well: a checkpoint's number would show as a change at each refresh.
 */
export interface StatementSetOutputs extends StatementSetInputs {
  jobId: string;
  /**
   * RUNNING, or what the last look found instead: one of Flink's other states, or MISSING (the cluster does not
   * know the job), CHANGED (it runs other statements), DUPLICATED (more than once), UNREACHABLE (no answer).
   */
  state: string;
  /** The savepoint or checkpoint that the job was started from. */
  restoredFrom?: string;
  /** Where to go on from; only if the job was found to have ended. */
  lastCheckpoint?: string;
}

export const statementSetChanges: ChangeTable<StatementSetInputs> = {
  // Other ways to the same cluster; the update only confirms that the job runs.
  gatewayUrl: "update",
  restUrl: "update",
  name: "replace",
  files: "update",
  settings: "update",
  clusterId: "update",
  // Only looked at when a job is submitted.
  catalogue: "ignore",
  // These say how the next change is to be done.
  upgradePolicy: "ignore",
  startTimeoutSeconds: "ignore",
};

/** Settings that the resource makes itself, with the input that they come from. */
const OWN_SETTINGS: Record<string, string> = {
  "pipeline.name": "name",
  "pipeline.global-job-parameters": "files and settings",
  "execution.state-recovery.path": "upgradePolicy",
  "execution.savepoint.path": "upgradePolicy",
  "table.dml-sync": "startTimeoutSeconds",
};

export function diffStatementSet(
  olds: State<StatementSetInputs, StatementSetOutputs>,
  news: StatementSetInputs,
): Diff {
  const diff = diffByTable(statementSetChanges, olds.inputs, news);
  const detailed = { ...diff.detailed };
  if (detailed.files && !containsUnknown(news.files) && sameJob(olds.inputs, news)) delete detailed.files;
  if (olds.outputs.state !== "RUNNING") detailed.state = "update";
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

/** The same statement, planned but not run. As long as EXECUTE, so that positions stay true. */
export function explainInstead(statement: Statement): string {
  return statement.text.replace(STATEMENT_SET, "EXPLAIN");
}

/** Finds what can be found without a server. */
export function checkStatementSet(news: StatementSetInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (!containsUnknown(news.name) && news.name.trim() === "")
    failures.push({ property: "name", reason: "a job needs a name: it is known by it" });
  if (!containsUnknown(news.upgradePolicy) && !["resume", "stateless"].includes(news.upgradePolicy))
    failures.push({
      property: "upgradePolicy",
      reason: `"${news.upgradePolicy}" is none of: resume, stateless`,
    });
  if (!containsUnknown(news.startTimeoutSeconds) && !(news.startTimeoutSeconds > 0))
    failures.push({
      property: "startTimeoutSeconds",
      reason: `must be a number of seconds, not ${news.startTimeoutSeconds}`,
    });
  for (const key of Object.keys(news.settings)) {
    const input = OWN_SETTINGS[key];
    if (input !== undefined)
      failures.push({ property: `settings["${key}"]`, reason: `is made from ${input}; take it out` });
  }
  if (!containsUnknown(news.files)) {
    const reason = checkFiles(news.files);
    if (reason !== undefined) failures.push({ property: "files", reason });
  }
  return failures;
}

function checkFiles(files: SqlFile[]): string | undefined {
  try {
    const sets = splitStatements(files).filter(isStatementSet);
    if (sets.length === 1) return undefined;
    if (sets.length === 0) return 'there is no "EXECUTE STATEMENT SET BEGIN … END;" in them';
    const places = sets.map((statement) => placeOf(statement)).join(", ");
    return `one statement set is one job, but there are several: ${places}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
