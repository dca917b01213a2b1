import type { Client } from "pg";
import { ACCOUNT_TABLE, ACCOUNTED_BY } from "../../facts/pipeline.ts";
import { readDdl } from "../ddl.ts";
import { openPostgres } from "../postgres.ts";
import { proofTable, tables } from "../services.ts";
import type { AccountedRows } from "./account.ts";
import type { DeadLetters } from "./facts.ts";
import type { PartitionRead } from "./positions.ts";
import type { ColumnIds } from "./recorded.ts";
import type { TailEvent } from "./topic-tail.ts";

/** The tables of a stack, as its reader sees them. */
export class StackTables {
  readonly #client: Client;
  /** All of the database, the proof's ids not among them. */
  readonly names: readonly string[];
  readonly columns: ColumnIds;

  private constructor(client: Client, names: readonly string[], columns: ColumnIds) {
    this.#client = client;
    this.names = names;
    this.columns = columns;
  }

  static async open(url: string): Promise<StackTables> {
    const client = await openPostgres(url, { command: "status", statementTimeoutMs: 10_000 });
    try {
      const tables = await client.query<{ name: string }>(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
      );
      const columns = await client.query<{ name: string; id: string }>(COLUMNS);
      return new StackTables(
        client,
        inOrder(tables.rows.map(({ name }) => name)),
        new Map(columns.rows.map(({ name, id }) => [name, id])),
      );
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  /** Rows by table; the proof's ids last. One query, so that all counts are of the same moment. */
  async countRows(names = this.names): Promise<Record<string, number>> {
    const parts = [...names, proofTable].map(
      (name) => `(SELECT count(*) FROM ${ACCOUNTED_BY[name] ?? this.#client.escapeIdentifier(name)})`,
    );
    const { rows } = await this.#client.query<string[]>({
      rowMode: "array",
      text: `SELECT ${parts.join(", ")}`,
    });
    return Object.fromEntries([...names, proofTable].map((name, at) => [name, Number(rows[0]?.[at])]));
  }

  /** The dead letters of the last hour by reason, the most frequent first; undefined without such a table. */
  async deadLetters(): Promise<DeadLetters[] | undefined> {
    if (!this.names.includes("dead_letters")) return undefined;
    const { rows } = await this.#client.query<{ reason: string; events: string }>(RECENT_DEAD_LETTERS);
    return rows.map(({ reason, events }) => ({ reason, events: Number(events) }));
  }

  /** What the job has read, by its own count; empty if it does not count. */
  async read(): Promise<PartitionRead[]> {
    if (!this.names.includes(ACCOUNT_TABLE)) return [];
    const { rows } = await this.#client.query<Record<"partition" | "events" | "next", string>>(
      `SELECT kafka_partition AS partition, events, next_offset AS next FROM ${ACCOUNT_TABLE}`,
    );
    return rows.map(({ partition, events, next }) => ({
      partition: Number(partition),
      events: Number(events),
      next: BigInt(next),
    }));
  }

  /** Which of the events after `read` have their rows already. */
  async rowsOf(tail: readonly TailEvent[], read: readonly PartitionRead[]): Promise<AccountedRows> {
    const { rows } = await this.#client.query<Record<keyof AccountedRows, string>>(ROWS_OF_TAIL, [
      tail.map(({ id }) => id ?? null),
      tail.map(({ partition }) => partition),
      tail.map(({ offset }) => String(offset)),
      read.map(({ partition }) => partition),
      read.map(({ next }) => String(next)),
    ]);
    const [found] = rows;
    const number = (name: keyof AccountedRows) => Number(found?.[name] ?? 0);
    return {
      transactions: number("transactions"),
      duplicates: number("duplicates"),
      deadLetters: number("deadLetters"),
      proofs: number("proofs"),
    };
  }

  /** All that `use` reads is of one moment. */
  async snapshot<T>(use: () => Promise<T>): Promise<T> {
    await this.#client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
      return await use();
    } finally {
      await this.#client.query("COMMIT").catch(() => undefined);
    }
  }
}

const COLUMNS = `
  SELECT c.relname || '.' || a.attname AS name, c.oid || '.' || a.attnum AS id
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE n.nspname = 'public' AND c.relkind = 'r'`;

const RECENT_DEAD_LETTERS = `
  SELECT regexp_replace(reason, '\\d+', 'N', 'g') AS reason, count(*) AS events FROM dead_letters
  WHERE received_at > now() AT TIME ZONE 'UTC' - INTERVAL '1 hour' GROUP BY 1 ORDER BY 2 DESC, 1`;

/**
 * An event of the tail is a duplicate or a dead letter if a row has its offset. Otherwise it is the first delivery of
 * its id, and has its row if there is one of that id.
 */
const ROWS_OF_TAIL = `
  WITH tail AS (SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) AS event (id, p, o)),
  read AS (SELECT * FROM unnest($4::int[], $5::bigint[]) AS read (p, next)),
  repeated AS (
    SELECT kafka_partition AS p, kafka_offset AS o FROM duplicates LEFT JOIN read ON p = kafka_partition
    WHERE kafka_offset >= coalesce(next, 0)),
  unusable AS (
    SELECT kafka_partition AS p, kafka_offset AS o FROM dead_letters LEFT JOIN read ON p = kafka_partition
    WHERE kafka_offset >= coalesce(next, 0)),
  first AS (
    SELECT DISTINCT id FROM tail
    WHERE id IS NOT NULL AND (p, o) NOT IN (SELECT p, o FROM repeated) AND (p, o) NOT IN (SELECT p, o FROM unusable)),
  stored AS (SELECT id FROM first JOIN transactions ON transactionId = id)
  SELECT
    (SELECT count(*) FROM stored) AS "transactions",
    (SELECT count(*) FROM repeated) AS "duplicates",
    (SELECT count(*) FROM unusable) AS "deadLetters",
    (SELECT count(*) FROM first JOIN ${proofTable} ON transactionId = id WHERE id NOT IN (SELECT id FROM stored)) AS "proofs"`;

/** The pipeline's tables that the project's DDL names. A project may have taken some out. */
export function declaredTables(projectDir: string): string[] {
  const ddl = readDdl(projectDir);
  return tables.filter((table) => new RegExp(`\\b${table}\\b`).test(ddl));
}

/** The pipeline's own tables in their order, then those that users have added. */
export function inOrder(names: readonly string[]): string[] {
  const known = tables.filter((table) => names.includes(table));
  const added = names.filter((name) => name !== proofTable && !known.some((table) => table === name));
  return [...known, ...added.sort()];
}
