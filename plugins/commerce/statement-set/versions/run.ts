/** What each step of a statement set's life has at hand, and what it is to come to. */
import type { OperationContext } from "../../../sdk/provider.ts";
import type { FlinkCluster } from "../../clients/flink-rest.ts";
import type { ConnectKafka } from "../../clients/kafka-admin.ts";
import type { ConnectPostgres } from "../../clients/postgres.ts";
import type { SqlGateway } from "../../clients/sql-gateway.ts";
import { recreatedTables } from "../../schema/diff.ts";
import { splitStatements } from "../../sql/statements.ts";
import { declaredTables } from "../declared-tables.ts";
import type { StatementSetInputs } from "../diff.ts";
import type { Wanted } from "./decide.ts";
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

export function wantedOf({ news, hash, store }: Run): Wanted {
  const sinks = new Set(
    declaredTables(splitStatements(news.files)).map(({ name, options }) => options["table-name"] ?? name),
  );
  const lostRows = recreatedTables(store.history.columns ?? {}, news.columns ?? {}).filter((table) =>
    sinks.has(table),
  );
  return { ...news, hash, lostRows };
}
