/** What every step of an update works with. */
import type { OperationContext } from "../../../sdk/provider.ts";
import type { FlinkCluster } from "../../clients/flink-rest.ts";
import type { ConnectKafka } from "../../clients/kafka-admin.ts";
import type { ConnectPostgres } from "../../clients/postgres.ts";
import type { SqlGateway } from "../../clients/sql-gateway.ts";
import type { StatementSetInputs } from "../diff.ts";
import type { JobScript } from "../job-script.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import type { VersionStore } from "./store.ts";

export type RunProgress = Pick<OperationContext, "log" | "status" | "signal">;

/** For a rollback: Ctrl-C does not abort it, so that the stack is not left without a job. */
export function uninterrupted(progress: RunProgress): RunProgress {
  return { ...progress, signal: new AbortController().signal };
}

export interface Run {
  cluster: FlinkCluster;
  gateway: SqlGateway;
  store: VersionStore;
  connectPostgres: ConnectPostgres;
  connectKafka: ConnectKafka;
  news: StatementSetInputs;
  /** `news.files`, parsed. */
  script: JobScript;
  /** The fingerprint of what is wanted. */
  hash: string;
  progress: RunProgress;
  /** Kafka's id of the topic, once `topicIdOf` has been called. */
  topicId?: Promise<string | undefined>;
  /** The script's plan, once `compile` has been called. */
  compiled?: Promise<CompiledPlan>;
}
