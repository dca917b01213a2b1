/** What each step of a statement set's life has at hand. */
import type { OperationContext } from "../../../plugin/provider.ts";
import type { FlinkCluster } from "../clients/flink-rest.ts";
import type { ConnectKafka } from "../clients/kafka-admin.ts";
import type { ConnectPostgres } from "../clients/postgres.ts";
import type { SqlGateway } from "../clients/sql-gateway.ts";
import type { StatementSetInputs } from "../statement-set-diff.ts";
import type { VersionStore } from "./store.ts";

export type Progress = Pick<OperationContext, "log" | "status" | "signal">;

export interface Run {
  cluster: FlinkCluster;
  gateway: SqlGateway;
  store: VersionStore;
  connectPostgres: ConnectPostgres;
  connectKafka: ConnectKafka;
  news: StatementSetInputs;
  hash: string;
  progress: Progress;
}
