/** Tables that Flink writes with the connector `commerce-postgres`, and the jobs that write them. */
import { readFileSync } from "node:fs";
import type { QueryResultRow } from "pg";
import { StatementRefused } from "../../../plugins/commerce/clients/sql-gateway.ts";
import { messagesOf } from "../../../plugins/commerce/clients/stack-trace.ts";
import type { TestFlink } from "./flink-cluster.ts";
import type { PostgresServer } from "./postgres-server.ts";

export interface SinkTables {
  /** Creates the role that Flink writes as, with the privileges that the sink needs, and the undo journal. */
  createWriter(): Promise<unknown>;
  /** Creates a table in Postgres from Flink's column definitions. */
  create(name: string, columns: string): Promise<unknown>;
  /** The CREATE TABLE statement for Flink. */
  sink(name: string, columns: string, options?: Record<string, string>): string;
  /**
   * Runs statements in one session, and waits for jobs to end unless the settings say otherwise.
   *
   * @returns the last job's id
   */
  run(statements: string[], settings?: Record<string, string>): Promise<string>;
  /** The first row of a query's result. */
  first(query: string): Promise<QueryResultRow>;
  /** A table's rows as `key=value …`, ordered by key. */
  content(table: string, of?: string): Promise<string | null>;
  /** Makes inserts into a table slow. */
  wait(table: string, seconds: number, each: string): Promise<unknown>;
  /**
   * Writes columns of values, given in Postgres's text form.
   *
   * @returns the given rows and the rows read back; shorter columns are filled with NULL
   */
  roundTrip(name: string, columns: Column[]): Promise<{ given: Row[]; back: Row[] }>;
}

export type Column = [type: string, values: string[]];
type Row = (string | null)[];

const POSTGRES_NAMES = {
  STRING: "text",
  BYTES: "bytea",
  FLOAT: "real",
  TIMESTAMP_LTZ: "timestamptz",
  "`": '"',
};
const SETTINGS = {
  "table.dml-sync": "true",
  "table.local-time-zone": "UTC",
  "parallelism.default": "1",
  "restart-strategy.type": "none",
};

const JOURNAL = readFileSync(new URL("../../../sql/postgres/30-journal.sql", import.meta.url), "utf8");

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

export const NUMBERS = "k BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED";

/** A source of the numbers from 1 to `last`. */
export function ids(last: number, perSecond = 100_000): string {
  const sequence = `'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '${last}'`;
  return `CREATE TABLE ids (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}', ${sequence})`;
}

export function sinkTables(flink: TestFlink, postgres: PostgresServer): SinkTables {
  const url = `jdbc:postgresql://${postgres.host}:5432/shop?user=flink_writer&password=owner`;
  const tables: SinkTables = {
    createWriter: () =>
      postgres.sql(`CREATE ROLE flink_writer LOGIN PASSWORD 'owner';
        ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO flink_writer;
        ${JOURNAL}`),

    create(name, columns) {
      const own = Object.entries(POSTGRES_NAMES).reduce(
        (text, [from, to]) => text.replaceAll(from, to),
        columns,
      );
      return postgres.sql(`CREATE TABLE ${name} (${own.replace(" NOT ENFORCED", "")})`);
    },

    sink(name, columns, options = {}) {
      const all = { connector: "commerce-postgres", url, "table-name": name, ...options };
      const listed = Object.entries(all).map(([key, value]) => `'${key}' = ${literal(value)}`);
      return `CREATE TABLE ${name.replace(/.*\./, "")} (${columns}) WITH (${listed.join(", ")})`;
    },

    run(statements, settings = {}) {
      return flink.gateway.withSession({ ...SETTINGS, ...settings }, async (session) => {
        try {
          let job: string | undefined;
          for (const statement of statements) job = (await session.execute(statement)).jobId;
          return job ?? "";
        } catch (error) {
          if (!(error instanceof StatementRefused)) throw error;
          throw new Error(messagesOf(error.errors.at(-1) ?? "").join("\n"));
        }
      });
    },

    async first(query) {
      return (await postgres.sql(query)).rows[0];
    },

    async content(table, of = "k || '=' || v") {
      return (await tables.first(`SELECT STRING_AGG(${of}, ' ' ORDER BY k) AS content FROM ${table}`))
        .content;
    },

    wait(table, seconds, each) {
      return postgres.sql(`CREATE FUNCTION wait_${table}() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_sleep(${seconds}); RETURN NEW; END';
        CREATE TRIGGER wait BEFORE INSERT ON ${table} ${each} EXECUTE FUNCTION wait_${table}()`);
    },

    async roundTrip(name, columns) {
      const rows = 1 + Math.max(...columns.map(([, values]) => values.length));
      const given = Array.from({ length: rows }, (_, row) =>
        columns.map(([, values]) => values[row] ?? null),
      );
      const all = (write: (index: number, type: string) => string) =>
        columns.map(([type], index) => write(index, type)).join(", ");
      const declared = `k INT, ${all((index, type) => `c${index} ${type}`)}, PRIMARY KEY (k) NOT ENFORCED`;
      const values = given.map((cells, row) => {
        const literals = columns.map(([type], index) => {
          const cell = cells[index] ?? null;
          return cell === null ? "CAST(NULL AS STRING)" : literal(inFlink(cell, type));
        });
        return `(${[row, ...literals].join(", ")})`;
      });
      await tables.create(name, declared);
      await tables.run([
        tables.sink(name, declared),
        `INSERT INTO ${name} SELECT k, ${all(cast)}
         FROM (VALUES ${values.join(", ")}) AS t (k, ${all((index) => `v${index}`)})`,
      ]);
      const shown = `SELECT ${all((index) => `c${index}::text`)} FROM ${name} ORDER BY k`;
      const { rows: back } = await postgres.sql(shown, "postgres", "-c TimeZone=UTC");
      return { given, back: back.map((row) => Object.values(row)) };
    },
  };
  return tables;
}

/** Converts Postgres's text form to one that Flink can read. */
function inFlink(text: string, type: string): string {
  if (type === "BYTES") return text.slice(2);
  if (type.startsWith("TIMESTAMP_LTZ")) return text.replace("+00", "");
  // Flink counts a leading zero towards the precision.
  return type.startsWith("DECIMAL") ? text.replace(/^(-?)0\./, "$1.") : text;
}

function cast(index: number, type: string): string {
  // Avoids a constant: the planner would evaluate it, and supports neither NaN nor infinity.
  const text = `CONCAT(v${index}, SUBSTR(UUID(), 1, 0))`;
  return type === "BYTES" ? `UNHEX(${text})` : `CAST(${text} AS ${type})`;
}
