/** Flink's connectors that write tables in Postgres: this project's own (flink-jars/postgres-sink), and Flink's. */
const CONNECTORS = ["commerce-postgres", "jdbc"];

/** @param options of a table in Flink */
export function isInPostgres({ connector = "" }: Record<string, string>): boolean {
  return CONNECTORS.includes(connector);
}
