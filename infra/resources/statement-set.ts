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
  /** The database of the JDBC sinks: a sink that does not fit its table is refused before a job is submitted. */
  catalogue?: PostgresConnection;
  /** What to do with the job's state on a change. Default `resume`. */
  upgradePolicy?: pulumi.Input<"resume" | "stateless">;
  /** Seconds until the job must be RUNNING with a checkpoint done. Default 120. */
  startTimeoutSeconds?: pulumi.Input<number>;
}

/** A Flink SQL statement set, running as one job. */
export class StatementSet extends pulumi.CustomResource {
  declare readonly jobId: pulumi.Output<string>;
  /** RUNNING, or what `refresh` found in its place: FAILED, CANCELED, MISSING and so on. */
  declare readonly state: pulumi.Output<string>;

  constructor(name: string, args: StatementSetArgs, opts?: pulumi.CustomResourceOptions) {
    const catalogue = args.catalogue && {
      ...args.catalogue,
      password: pulumi.secret(args.catalogue.password),
    };
    super(
      "commerce:flink:StatementSet",
      name,
      { settings: {}, ...args, catalogue, jobId: undefined, state: undefined },
      pulumi.mergeOptions({ version: providerVersion }, opts),
    );
  }
}
