import * as pulumi from "@pulumi/pulumi";
import type { JobChoice } from "../../facts/job-choices.ts";
import type { TopicReads, VersionSummary } from "../../facts/statement-set-outputs.ts";
import type { SqlFile } from "../sql.ts";
import type { PostgresConnection } from "./schema.ts";
import { providerVersion } from "./version.ts";

export interface StatementSetArgs {
  /** REST URL of the SQL Gateway, as the machine that runs Pulumi reaches it. */
  gatewayUrl: pulumi.Input<string>;
  /** REST URL of the JobManager, likewise. */
  restUrl: pulumi.Input<string>;
  /** The job's `pipeline.name`: its identity in the cluster. A change stops the job and starts another one. */
  name: pulumi.Input<string>;
  /** Rendered SQL with one statement set. A change stops the job with a savepoint and starts the new one from it. */
  files: pulumi.Input<SqlFile[]>;
  /**
   * Flink options, set in the session before any statement. A change restarts the job from a savepoint.
   * @default none
   */
  settings?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The identity of the cluster. If it changes, the job is restarted from its last retained state. */
  clusterId: pulumi.Input<string>;
  /**
   * The database of the sinks. A sink that does not match its table is refused before a job is submitted.
   * @default sinks are not checked
   */
  sinkDatabase?: PostgresConnection;
  /**
   * `columns` of the schema. A table that was recreated is filled again by a replay.
   * @default recreated tables are not detected
   */
  columns?: pulumi.Input<Record<string, string>>;
  /**
   * `topicId` of the topic in `source`. A job is not started with the offsets of another topic.
   * @default a topic that was created again is noticed only by an update for another reason
   */
  topicId?: pulumi.Input<string>;
  /**
   * The text that a refusal names, to go on although events have expired unread, or although the topic is another one.
   * @default none
   */
  acceptLoss?: pulumi.Input<string>;
  /**
   * Whether the job runs, or is stopped with a savepoint from which it resumes.
   * @default "running"
   */
  desiredState?: pulumi.Input<JobChoice<"desiredState">>;
  /**
   * What to do with the job's state when the SQL changes.
   * @default "resume"
   */
  upgradePolicy?: pulumi.Input<JobChoice<"upgradePolicy">>;
  /**
   * A change of this text takes a savepoint.
   * @default none
   */
  savepointTrigger?: pulumi.Input<string>;
  /**
   * A change of this text rebuilds the tables from the topic. Readers see the old rows until it is complete.
   * @default none
   */
  replayTrigger?: pulumi.Input<string>;
  /**
   * Where a replay starts: `beginning`, or a time in ISO 8601.
   * @default "beginning"
   */
  replayFrom?: pulumi.Input<string>;
  /**
   * What destroy leaves: `retain` a final savepoint, `purge` nothing.
   * @default "purge"
   */
  onDestroy?: pulumi.Input<JobChoice<"onDestroy">>;
  /**
   * How many savepoints are kept.
   * @default 5
   */
  savepointsKept?: pulumi.Input<number>;
  /**
   * Seconds that a new version must run without a failure. Otherwise the previous version is restored.
   * @default 10
   */
  healthSeconds?: pulumi.Input<number>;
  /** What the job reads, as the machine that runs Pulumi reaches it. Used to find out when a replay has caught up. */
  source: pulumi.Input<{
    bootstrapServers: pulumi.Input<pulumi.Input<string>[]>;
    topic: pulumi.Input<string>;
    consumerGroup: pulumi.Input<string>;
  }>;
  /**
   * Seconds until the job must be RUNNING and have completed a checkpoint.
   * @default 120
   */
  startTimeoutSeconds?: pulumi.Input<number>;
}

/**
 * A Flink SQL statement set that runs as one job.
 *
 * @example
 * new StatementSet("job", { gatewayUrl, restUrl, clusterId, name: "sales", files, source });
 */
export class StatementSet extends pulumi.CustomResource {
  declare readonly jobId: pulumi.Output<string>;
  /**
   * RUNNING or PAUSED, or what `refresh` found instead: another state of Flink's, MISSING, CHANGED, DUPLICATED, STALE or
   * UNREACHABLE.
   */
  declare readonly state: pulumi.Output<string>;
  /** The number of the current version. */
  declare readonly version: pulumi.Output<number>;
  /** All versions so far. */
  declare readonly versions: pulumi.Output<VersionSummary[]>;
  /** What the current version has read, beyond what the topic's offsets say. */
  declare readonly reads: pulumi.Output<TopicReads | undefined>;

  constructor(name: string, args: StatementSetArgs, opts?: pulumi.CustomResourceOptions) {
    const sinkDatabase = args.sinkDatabase && {
      ...args.sinkDatabase,
      password: pulumi.secret(args.sinkDatabase.password),
    };
    super(
      "commerce:flink:StatementSet",
      name,
      {
        ...{ settings: {}, ...args, sinkDatabase },
        ...{ jobId: undefined, state: undefined, version: undefined, versions: undefined, reads: undefined },
      },
      pulumi.mergeOptions({ version: providerVersion }, opts),
    );
  }
}
