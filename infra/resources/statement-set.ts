import * as pulumi from "@pulumi/pulumi";
import type { SqlFile } from "../sql.ts";
import type { PostgresConnection } from "./schema.ts";
import { providerVersion } from "./version.ts";

export interface StatementSetArgs {
  /** REST address of the SQL Gateway, as seen from the machine running the engine. */
  gatewayUrl: pulumi.Input<string>;
  /** REST address of the JobManager, likewise. */
  restUrl: pulumi.Input<string>;
  /** The job's `pipeline.name`: its identity in the cluster. A change stops the job and starts another. */
  name: pulumi.Input<string>;
  /** Rendered SQL, one statement set among it. A change stops the job with a savepoint and starts from it. */
  files: pulumi.Input<SqlFile[]>;
  /** Flink options, set in the session before any statement. A change restarts the job from a savepoint. */
  settings?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Identity of the cluster: when it changes, the job is started again from its last retained state. */
  clusterId: pulumi.Input<string>;
  /** The database of the sinks: a sink that does not fit its table is refused before a job is submitted. */
  catalogue?: PostgresConnection;
  /** `columns` of the schema: a table that was made again is filled again, by a replay. */
  columns?: pulumi.Input<Record<string, string>>;
  /** Whether the job runs, or waits as a savepoint. Default `running`. */
  desiredState?: pulumi.Input<"running" | "paused">;
  /** What to do with the job's state on a change. Default `resume`. */
  upgradePolicy?: pulumi.Input<"resume" | "replay" | "stateless">;
  /** A change of this text takes a savepoint. */
  savepointTrigger?: pulumi.Input<string>;
  /** A change of this text computes the tables anew from the topic; readers see the old ones until then. */
  replayTrigger?: pulumi.Input<string>;
  /** Where a replay starts: `beginning` (the default), or a time in ISO 8601. */
  replayFrom?: pulumi.Input<string>;
  /** On destroy, `retain` leaves a final savepoint; `purge`, the default, nothing. */
  onDestroy?: pulumi.Input<"retain" | "purge">;
  /** Savepoints that are kept. Default 5. */
  savepointsKept?: pulumi.Input<number>;
  /** Seconds that a new version must run without a failure, or the one before goes on. Default 10. */
  healthSeconds?: pulumi.Input<number>;
  /** What the job reads, as the machine running the engine reaches it: it tells when a replay has caught up. */
  source: pulumi.Input<{
    bootstrapServers: pulumi.Input<pulumi.Input<string>[]>;
    topic: pulumi.Input<string>;
    consumerGroup: pulumi.Input<string>;
  }>;
  /** Seconds until the job must be RUNNING with a checkpoint done. Default 120. */
  startTimeoutSeconds?: pulumi.Input<number>;
}

/** One statement set that has run, and what became of it. */
export interface StatementSetVersion {
  version: number;
  /** Twelve hex digits that stand for its statements. */
  statements: string;
  /** When it was started, in ISO 8601. */
  at: string;
  outcome: string;
  /** Why it failed. */
  reason?: string;
  /** The last one taken of it. */
  savepoint?: string;
}

/** A Flink SQL statement set, running as one job. */
export class StatementSet extends pulumi.CustomResource {
  declare readonly jobId: pulumi.Output<string>;
  /** RUNNING, or what `refresh` found in its place: FAILED, CANCELED, MISSING and so on. */
  declare readonly state: pulumi.Output<string>;
  /** Counts the statement sets that have run under this name. */
  declare readonly version: pulumi.Output<number>;
  /** What has run so far. */
  declare readonly versions: pulumi.Output<StatementSetVersion[]>;

  constructor(name: string, args: StatementSetArgs, opts?: pulumi.CustomResourceOptions) {
    const catalogue = args.catalogue && {
      ...args.catalogue,
      password: pulumi.secret(args.catalogue.password),
    };
    super(
      "commerce:flink:StatementSet",
      name,
      {
        ...{ settings: {}, ...args, catalogue },
        ...{ jobId: undefined, state: undefined, version: undefined, versions: undefined },
      },
      pulumi.mergeOptions({ version: providerVersion }, opts),
    );
  }
}
