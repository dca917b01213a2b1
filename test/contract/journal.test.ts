/** The sinks' undo journal: the DDL, the sink and the plugin agree on it, and only the job may use it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SINK_SCHEMA, USERS } from "../../facts/pipeline.ts";
import { statementsOf } from "./support/ddl.ts";

const ddl = statementsOf("sql/postgres").map(({ canonical }) => canonical);
const java = "../../flink-jars/postgres-sink/src/main/java/commerce/postgres/JournalStatements.java";
const tablesIn = (sql: string) => [...new Set(sql.match(new RegExp(`\\b${SINK_SCHEMA}\\.\\w+`, "g")))].sort();

it("is in a schema of its own, which only the job's role is granted", () => {
  expect(ddl).toContain(`CREATE SCHEMA IF NOT EXISTS ${SINK_SCHEMA}`);
  const grants = ddl.filter((sql) => sql.startsWith("GRANT"));
  expect(grants).toEqual([
    `GRANT USAGE ON SCHEMA ${SINK_SCHEMA} TO ${USERS.writer}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SINK_SCHEMA} TO ${USERS.writer}`,
  ]);
});

it("has the tables that the sink uses", () => {
  const created = tablesIn(ddl.filter((sql) => sql.startsWith("CREATE TABLE")).join(" "));
  expect(created).toEqual([`${SINK_SCHEMA}.journal`, `${SINK_SCHEMA}.runs`]);
  expect(tablesIn(readFileSync(new URL(java, import.meta.url), "utf8"))).toEqual(created);
});

it("is logged, because a crash of Postgres is a failure of the job", () => {
  expect(ddl.filter((sql) => /UNLOGGED/i.test(sql))).toEqual([]);
});
